"""Whether a printed report is ours: how an office answers a court that asks."""

import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.read_case_file import read_case_file
from casework.case_file_models import CaseEntry, EntryKind
from casework.narrative.signed_report import SignedReport, report_in, signings
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing

__all__ = ["CheckedReport", "SheetStands", "check_report"]


class SheetStands(StrEnum):
    """How a printed report stands to what was signed here."""

    GENUINE = "genuine"
    CHANGED_SINCE = "changed_since"  # it was signed as it says, and something later holds now
    REVOKED = "revoked"
    NOT_OURS = "not_ours"  # nothing with this digest was signed under this number


@dataclass(frozen=True)
class CheckedReport:
    """What the store says of a sheet; `report` is what was signed, None where nothing was."""

    stands: SheetStands
    report: SignedReport | None = field(repr=False)


def check_report(session: Session, ring: KeyRing, entry: UUID, digest: str, *, purpose: Purpose) -> CheckedReport:
    """Whether the report of this number was signed here with this digest, and whether it still holds.

    For who may read the case file; a number that is no report within reach is `NOT_OURS`. Raises what `read_case_file` raises.
    """
    row = session.get(CaseEntry, entry)
    if row is None or row.kind != EntryKind.REPORT.value:
        record(session, Action.READ, "casework.case_entry", purpose=purpose, count=0)
        return CheckedReport(SheetStands.NOT_OURS, None)
    file = read_case_file(session, ring, row.case, report=entry, purpose=purpose)
    found = report_in(file, entry)
    given = "".join(digest.split()).lower()
    signed = [one for one in signings(file, found) if hmac.compare_digest(one.digest.encode(), given.encode())]
    if not signed:
        return CheckedReport(SheetStands.NOT_OURS, None)
    newest = signed[-1]
    if found.state == "revoked":
        return CheckedReport(SheetStands.REVOKED, newest)
    holds = found.state == "signed" and newest.number == found.number
    return CheckedReport(SheetStands.GENUINE if holds else SheetStands.CHANGED_SINCE, newest)
