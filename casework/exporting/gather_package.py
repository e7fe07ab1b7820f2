"""What a package of a referral holds: the referral, the answers that were agreed, and on what they are told."""

from uuid import UUID

from casework.consent.consents import consent_in_force
from casework.export_errors import ExportChanged
from casework.exporting.mark_export import record_number, visible_mark
from casework.exporting.may_leave import Leaving
from casework.exporting.recipients import Recipient
from casework.exporting.sent_referral import sent_referral
from casework.exporting.specification import Specification
from casework.exporting.write_package import Package
from casework.programme import programme_in_force
from casework.referrals.told_answers import told_answers
from casework.store.seal_record import Vault
from core.audit import Action, Purpose, record
from core.clock import now
from forms import RecordPart, question_labels

__all__ = ["gather_package"]


def gather_package(
    vault: Vault, export: UUID, recipient: Recipient, wanted: Specification, leaving: Leaving, *, language: str
) -> Package:
    """With a line in the log of what is told, to whom and on which consent.

    Raises `ReferralNotSent`, or `ExportChanged` where the referral is not what was approved any more.
    """
    if wanted.referral is None:
        raise ValueError("no referral is named")
    session, referral = vault.session, sent_referral(vault, wanted.referral)
    consent = consent_in_force(session, referral.person.id, Purpose.REFERRAL, referral.provider)
    if consent is None or referral.provider != recipient.code or referral.person.id != leaving.person:
        raise ExportChanged(export=export)
    fields = [name for name in wanted.fields if RecordPart(name.partition("/")[0]) in leaving.parts]
    detail = {
        "export": str(export),
        "recipient": recipient.code,
        "revealed": fields,
        "consent": str(consent.consent),
        "basis": consent.basis.value,
    }
    subject = f"casework.person:{referral.person.id}"
    record(session, Action.SHARED, subject, purpose=Purpose.REFERRAL, detail=detail)
    return Package(
        mark=visible_mark(export, recipient.code, now()),
        number=record_number(vault.ring, export, leaving.person),
        recipient=f"{recipient.name}, {recipient.organisation}",
        language=language,
        programme=programme_in_force(session),
        consent=consent,
        referral=referral,
        told=told_answers(session, referral.key, referral.person, referral.case, fields),
        labels=question_labels(session, vault.operation, language),
    )
