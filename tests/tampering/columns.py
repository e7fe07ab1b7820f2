"""What every column of bytes is. A new one fails `test_every_column_of_bytes_is_classified` until it stands here."""

from enum import StrEnum
from typing import Final

__all__ = ["COLUMNS", "Kind", "of_kind"]


class Kind(StrEnum):
    """What tampering with such a column must lead to."""

    CIPHERTEXT = "sealed under a record key: does not open, and the record is named"
    WRAPPED = "a wrapped record key: does not open, and the record is named"
    COMMITMENT = "binds a wrapped key: the key is refused, and the record is named"
    THEIRS = "sealed for somebody outside, whose key is not here: what is not as it was written is given to nobody"
    FLEETING = "sealed for as long as one search lasts: what does not open is not taken, and is made anew"
    TOKEN = "a keyed fingerprint, digest or signature: finds nothing or does not verify, and reveals nothing"
    PUBLIC = "no secret, and bound to nothing: docs/security.md says so"


PARTS: Final = ("identity", "contact", "narrative", "facts")
_BY_KIND: Final = {
    Kind.CIPHERTEXT: [
        *(
            f"casework.{table}.{part}"
            for table in ("person", "interview", "movement_event", "former_version")
            for part in PARTS
        ),
        "anonymizer.fact_column.content",
        "anonymizer.sealed_evidence.content",
        "casework.best_interest_step.outcome",
        "casework.best_interest_step.planned",
        "casework.child_care.said",
        "casework.case_step.content",
        "casework.consent.details",
        "casework.file.label",
        "casework.file_chunk.content",
        "casework.former_version.reason",
        "casework.history_event.said",
        "casework.hold.reason",
        "casework.opening.reason",
        "casework.perpetrator.said",
        "casework.record_key.versions",
        "casework.relationship.said",
        "casework.thumbnail.content",
        "core.register_entry.content",
        "forms.form_key.private_key",
        "identity.account.display_name",
        "identity.totp.secret",
        "ingest.attachment.content",
        "ingest.attachment.label",
        "ingest.attachment_chunk.content",
        "ingest.finding.detail",
        "ingest.handed_in.content",
        "ingest.handed_in.said",
        "ingest.handed_in.told",
        "ingest.quarantine.content",
        "ingest.review.comment",
        "ingest.source.token",
        "ingest.submission.xml",
    ],
    Kind.WRAPPED: [
        "anonymizer.block_key.sealed",
        "anonymizer.sealed_evidence.key_sealed",
        "casework.record_key.sealed",
        "core.register_entry.sealed_key",
        "forms.form_key.sealed",
        "identity.account.sealed_key",
        "ingest.record_key.sealed",
    ],
    Kind.COMMITMENT: [
        "anonymizer.block_key.commitment",
        "anonymizer.sealed_evidence.key_commitment",
        "casework.record_key.commitment",
        "core.register_entry.commitment",
        "forms.form_key.commitment",
        "identity.account.commitment",
        "ingest.record_key.commitment",
    ],
    Kind.THEIRS: ["casework.left_export_chunk.content"],  # tests/casework/test_exporting/test_left_to_fetch.py
    Kind.FLEETING: ["anonymizer.search_piece.content"],  # tests/app/test_protect_asked.py
    Kind.TOKEN: [
        "core.audit_verification.content",
        "core.audit_verification.signature",
        "anonymizer.fact_block.sources",
        "anonymizer.proof.seal",
        "casework.case.reference",
        "casework.case_entry.author_marks",  # tests/casework/test_case_file/test_awaiting.py
        "casework.caseload_roll.content",
        "casework.caseload_roll.seal",
        "casework.erasure_certificate.signature",
        "casework.match_run.salt_check",
        "casework.token.token",
        "core.audit_head.digest",
        "core.sealed_list.entries",
        "core.sealed_list.seal",
        "core.audit_head.signature",
        "core.audit_link.digest",
        "identity.attempt.whose",
        "identity.enrolment.hash",
        "identity.recovery_code.hash",
        "identity.service_token.hash",
        "identity.session.seal",
        "identity.session.token_hash",
        "identity.spent_challenge.hash",
        "ingest.attachment.digest",
        "ingest.attachment.name",
        "ingest.collector.token_sha256",
        "ingest.pulled.version",
        "ingest.quarantine.digest",
        "ingest.submission.answered",
        "ingest.submission.digest",
        "ingest.submission.instance",
        "ingest.submission.replaces",
        "ingest.tombstone.instance",
    ],
    Kind.PUBLIC: [
        "casework.erasure_certificate.content",  # signed; whoever it is handed to checks the signature
        "forms.form_media.content",
        "forms.form_version.xform",
        "identity.passkey.credential",
        "identity.passkey.public_key",
    ],
}
COLUMNS: Final = {column: kind for kind, columns in _BY_KIND.items() for column in columns}


def of_kind(*kinds: Kind) -> list[str]:
    """The columns of these kinds, by name."""
    return sorted(column for column, kind in COLUMNS.items() if kind in kinds)
