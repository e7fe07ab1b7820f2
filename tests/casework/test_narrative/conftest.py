"""The office of the case file, with a history noted, and a yes to the court."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from casework.case_file import Act, CaseFile, Entry, read_case_file
from casework.consent import ConsentState, GivenBy, LegalBasis, Statement, record_consent
from casework.narrative import CheckedReport, ReportWish, SignedReport, check_report, draft_report, print_report
from casework.trafficking import HISTORY, note_apart
from core.access import Access
from core.audit import Purpose
from core.clock import now
from tests.casework.test_case_file.conftest import AMAL, CARLA, Office
from tests.casework.test_case_file.conftest import office as office  # noqa: PLC0414  (a fixture)

COURT = ReportWish("court", "court", "en")


@dataclass
class Desk:
    """Where reports on the case are written."""

    office: Office

    def say(self, state: ConsentState, basis: LegalBasis = LegalBasis.CONSENT) -> None:
        """What the person says of a report to the court."""
        by = GivenBy.SELF if basis is LegalBasis.CONSENT else GivenBy.NOBODY
        said = Statement(Purpose.REFERRAL, state, now(), "amal", recipient="court", basis=basis, given_by=by, language="ar")
        with self.office.working(AMAL if basis is LegalBasis.CONSENT else CARLA) as session:
            record_consent(session, self.office.team.ring, self.office.person, said)

    def draft(self, wish: ReportWish | None = None, who: Access = AMAL) -> UUID:
        """A new draft for the court, unless something else is wished."""
        wish = wish or replace(COURT, id=uuid4())
        with self.office.working(who) as session:
            return draft_report(session, self.office.team.ring, self.office.case, wish, purpose=Purpose.LEGAL)

    def file(self, report: UUID | None = None, who: Access = AMAL) -> CaseFile:
        with self.office.working(who) as session:
            return read_case_file(session, self.office.team.ring, self.office.case, report=report, purpose=Purpose.LEGAL)

    def read(self, report: UUID, who: Access = AMAL) -> Entry:
        return next(one for one in self.file(report, who).entries if one.id == report)

    def text(self, report: UUID, who: Access = AMAL) -> str:
        return str((self.read(report, who).fields or {})["text"])

    def hand_out(self, report: UUID, who: Access = AMAL) -> SignedReport:
        with self.office.working(who) as session:
            ring, case = self.office.team.ring, self.office.case
            return print_report(session, ring, case, report, how="page", purpose=Purpose.LEGAL)

    def check(self, report: UUID, digest: str, who: Access = AMAL) -> CheckedReport:
        with self.office.working(who) as session:
            return check_report(session, self.office.team.ring, report, digest, purpose=Purpose.LEGAL)

    def sign(self, report: UUID, approver: Access, who: Access = AMAL) -> None:
        self.office.go_on(report, Act.SUBMIT, who)
        self.office.go_on(report, Act.APPROVE, approver)
        self.office.go_on(report, Act.SIGN, who, signed_as="Amal Worker")

    def note_history(self) -> None:
        said = {"kind": "recruitment", "place": "Ashby", "began": "spring 2024", "note": "Brought by Uncle Perpetua."}
        with self.office.working() as session:
            note_apart(session, self.office.team.ring, HISTORY, self.office.person, said, purpose=Purpose.ASSISTANCE)


@pytest.fixture
def desk(office: Office) -> Desk:
    made = Desk(office)
    made.say(ConsentState.GIVEN)
    return made
