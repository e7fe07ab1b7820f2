"""A report of a case file as it was signed, each time that it was."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.case_file.read_case_file import CaseFile, Entry
from casework.case_file.report_marks import digest_of
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import LegalBasis
from casework.errors import CaseFileDamaged, RecordUnknown
from core.access import NotAllowed
from core.permissions import Right

__all__ = ["SignedReport", "report_in", "signings"]


@dataclass(frozen=True)
class SignedReport:
    """A report as it was signed. `purpose` and `recipient` are codes of the programme; `number` is that of the step that
    signed it."""

    entry: UUID
    case: UUID
    number: int
    purpose: str
    recipient: str
    language: str
    text: str = field(repr=False)
    signed_as: str = field(repr=False)
    signed_by: str
    signed_at: datetime
    basis: LegalBasis
    digest: str = field(repr=False)


def report_in(file: CaseFile, wanted: UUID) -> Entry:
    """The report, opened; raises `RecordUnknown`, or `NotAllowed` where it holds more than the account may read."""
    found = next((one for one in file.entries if one.id == wanted and one.kind is EntryKind.REPORT), None)
    if found is None:
        raise RecordUnknown(kind="entry", record=wanted)
    if found.fields is None:
        raise NotAllowed(Right.READ_CASE_FILE, f"casework.case:{file.case}")
    return found


def signings(file: CaseFile, report: Entry) -> list[SignedReport]:
    """Each time it was signed, the oldest first; raises `CaseFileDamaged` where a digest is not its text's."""
    found, stands = list[SignedReport](), dict[str, str]()
    for step in report.steps:
        stands |= step.fields
        if step.act is not Act.SIGN:
            continue
        if digest_of(stands["text"]) != stands["digest"]:
            raise CaseFileDamaged(case=file.case, what=f"step {step.number} signs another text than stands before it")
        found.append(
            SignedReport(
                entry=report.id,
                case=file.case,
                number=step.number,
                purpose=stands["purpose"],
                recipient=stands["recipient"],
                language=stands["language"],
                text=stands["text"],
                signed_as=stands["signed_as"],
                signed_by=step.by,
                signed_at=step.at,
                basis=LegalBasis(stands["basis"]),
                digest=stands["digest"],
            )
        )
    return found
