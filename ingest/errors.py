"""What ingest refuses, and what it cannot find. A refusal is never a loss: what was refused is kept in quarantine."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from core.errors import Problem

__all__ = [
    "AnswersUnreadable",
    "DifferentAnswers",
    "DifferentFile",
    "EditOutdated",
    "EncryptedDamaged",
    "EncryptedUnopened",
    "FileNamedTwice",
    "FormKeyUnknown",
    "FormUnknown",
    "IdentityMissing",
    "KeyDestroyed",
    "ManifestUnusable",
    "Outcome",
    "QuarantineEntryUnknown",
    "Refused",
    "SubmissionUnknown",
]


class Outcome(StrEnum):
    """What became of a post. The first five are kept as submissions, the others in quarantine; the last is not kept.

    `LOCKED` are encrypted answers that no key of this operation opens.
    """

    ACCEPTED = "accepted"
    RESENT = "resent"
    FILES_ADDED = "files_added"
    EDITED = "edited"
    EDIT_RESENT = "edit_resent"
    CONFLICTING = "conflicting"
    STALE_EDIT = "stale_edit"
    UNKNOWN_FORM = "unknown_form"
    MALFORMED = "malformed"
    LOCKED = "locked"
    ERASED = "erased"


class Refused(Problem):
    """A post that cannot become a submission, with the form and the stored submission that it concerns, if known."""

    outcome: ClassVar[Outcome]

    def __init__(self, *, form_id: str | None = None, submission: UUID | None = None, **where: object) -> None:
        self.form_id = form_id
        self.submission = submission
        super().__init__(form_id=form_id, submission=submission, **where)


class AnswersUnreadable(Refused):
    code = "INGEST-001"
    says = "The answers are broken off or damaged: their XML cannot be read at line {line} ({reason})."
    remedy = "They are kept in quarantine as they came. Find out which program wrote them; ask for them to be sent again."
    outcome = Outcome.MALFORMED


class IdentityMissing(Refused):
    code = "INGEST-002"
    says = "The answers do not name their {missing}, so a second copy could not be told from a new answer."
    remedy = "They are kept in quarantine. Correct the form so that every answer carries it."
    outcome = Outcome.MALFORMED


class FormUnknown(Refused):
    code = "INGEST-003"
    says = "Form '{form_id}' in version '{version}' is not published in this operation."
    remedy = "The answers are kept in quarantine. Publish that version and have them sent again, or correct the phone's server."
    outcome = Outcome.UNKNOWN_FORM


class DifferentAnswers(Refused):
    code = "INGEST-004"
    says = "Submission {submission} was sent a second time with other answers."
    remedy = "Both are kept, the second in quarantine. Compare them; a correction must be sent as an edit."
    outcome = Outcome.CONFLICTING


class DifferentFile(Refused):
    code = "INGEST-005"
    says = "A file of submission {submission} was sent a second time with another content."
    remedy = "Both are kept, the second in quarantine. Compare them and ask the enumerator which is right."
    outcome = Outcome.CONFLICTING


class EditOutdated(Refused):
    code = "INGEST-006"
    says = "The edit of form '{form_id}' changes a version of the answers that another edit has replaced already."
    remedy = "It is kept in quarantine. Compare it with the newer edit; what is right in it must be entered again."
    outcome = Outcome.STALE_EDIT


class FileNamedTwice(Refused):
    code = "INGEST-007"
    says = "Two different files of one post bear the same name."
    remedy = "The post is kept in quarantine with both. Find out which program wrote it; ask for it to be sent again."
    outcome = Outcome.MALFORMED


class ManifestUnusable(Refused):
    code = "INGEST-008"
    says = "The encrypted answers to form '{form_id}' came with a manifest that cannot be used: {fault}."
    remedy = "They are kept in quarantine as they came. Find out which program wrote them; ask for them to be sent again."
    outcome = Outcome.MALFORMED


class FormKeyUnknown(Refused):
    code = "INGEST-009"
    says = "The answers to form '{form_id}' were encrypted for a key that this operation does not hold."
    remedy = (
        "They are kept as they came. If the key was lost, restore the newest key backup and run `submissions admit --again`. "
        "If the form came from another server, the phone must fetch this operation's and the answers be entered again."
    )
    outcome = Outcome.LOCKED


class EncryptedDamaged(Refused):
    code = "INGEST-010"
    says = "The encrypted answers to form '{form_id}' do not verify: {fault}."
    remedy = "They are kept as they came and nothing of them is used. Ask the enumerator whether the phone still has them."
    outcome = Outcome.MALFORMED


class SubmissionUnknown(Problem):
    code = "INGEST-101"
    says = "There is no submission {submission} in this operation."
    remedy = "Check the number and the operation."


class QuarantineEntryUnknown(Problem):
    code = "INGEST-102"
    says = "There is no entry {entry} in this operation's quarantine."
    remedy = "Check the number and the operation."


class KeyDestroyed(Problem):
    code = "INGEST-103"
    says = "The key of record {record} is no longer there, so its content cannot be read."
    remedy = "If the record was erased this is as it should be; if not, restore the newest copy of the key table."


class EncryptedUnopened(Problem):
    code = "INGEST-104"
    says = "The encrypted answers of submission {submission} are not proven whole, so they are not read."
    remedy = "Look into the quarantine for the reason. Where its cause is mended, run `submissions admit --again`."
