"""A signed report on its way out: read on a basis that holds now, and noted as handed out."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.errors import ReportUnsigned
from casework.case_file.read_case_file import read_case_file
from casework.case_file.report_marks import report_basis
from casework.models import Person
from casework.narrative.signed_report import SignedReport, report_in, signings
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing

__all__ = ["print_report"]


def print_report(session: Session, ring: KeyRing, case_id: UUID, entry: UUID, *, how: str, purpose: Purpose) -> SignedReport:
    """The signed report, to be handed out `how` (as a `page`, as a `pdf`).

    Raises `RecordUnknown`, `NotAllowed`, `ReportUnsigned`, `ReportNotAgreed` once a consent is withdrawn or over, or what
    `read_case_file` raises.
    """
    file = read_case_file(session, ring, case_id, report=entry, purpose=purpose)
    report = signings(file, report_in(file, entry))[-1:]
    if not report or report_in(file, entry).state != "signed":
        raise ReportUnsigned(entry=entry)
    basis = report_basis(session, session.get_one(Person, file.person), report[0].recipient)
    detail = {"entry": str(entry), "version": report[0].number, "recipient": report[0].recipient, "how": how}
    detail |= {"consent": str(basis.consent), "basis": basis.basis.value}
    record(session, Action.EXPORTED, f"casework.case:{case_id}", purpose=purpose, detail=detail)
    return report[0]
