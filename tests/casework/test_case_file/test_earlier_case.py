"""Somebody who comes back: their case is reopened, or a new one follows the earlier, and they stay one person."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casework import RecordUnknown
from casework.case_file import Act, EntryKind, open_again, read_case_file
from casework.case_file.errors import EarlierCaseUnfit, FieldsMissing, ReferenceInUse
from casework.caseload import count_day
from casework.counting import case_facts
from casework.models import Case, CaseState, Person
from casework.records import keep_from
from casework.store import verify_records
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.keys.logged_versions import logged_versions
from core.periods.week import Week
from forms import RecordPart
from tests.casework.conftest import OPERATION, SCREENING
from tests.casework.test_case_file.conftest import AMAL, BADR, CARLA, Office

HELP = Purpose.ASSISTANCE
WEEK = Week(2026, 7)


@pytest.fixture
def closed(office: Office) -> Office:
    closure = office.begin(EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="Lives safely.")
    office.go_on(closure, Act.APPROVE, CARLA)
    return office


def again(office: Office, reference: str = "SC-0100", who: Access = AMAL) -> UUID:
    with office.working(who) as session:
        return open_again(session, office.team.ring, office.case, reference=reference, again=True, purpose=HELP)


def test_a_new_case_follows_the_closed_one_and_waits_for_its_own_decision(closed: Office) -> None:
    new = Office(closed.team, again(closed), closed.person)
    [link] = new.file().entries
    assert (link.kind, link.state) == (EntryKind.EARLIER_CASE, "linked")
    assert link.fields == {"earlier": str(closed.case), "again": "yes", "note": "", "reference": "SC-0100"}
    assert new.file().state is CaseState.ELIGIBLE
    assert [one.id for one in new.file().before] == [closed.case]
    assert [one.id for one in closed.file().others] == [new.case]
    assert closed.file().before == ()
    new.begin(EntryKind.DECISION, Act.SUBMIT, status="actual", eligible="yes", reasons="Taken again.")
    with closed.team.zone(Zone.AUDIT) as session:
        newest = logged_versions(session, OPERATION)
    with closed.team.zone() as session:
        assert verify_records(session, closed.team.ring, OPERATION, newest, lambda _: None, purpose=HELP).faults == []


def test_its_reference_is_read_by_who_may_read_who_the_person_is(closed: Office) -> None:
    new = Office(closed.team, again(closed), closed.person)
    with closed.working(CARLA) as session:
        keep_from(session, closed.team.ring, closed.person, RecordPart.IDENTITY, "amal")
    for who, told in ((AMAL, None), (CARLA, "SC-0100")):
        [link] = new.file(who).entries
        assert (link.fields or {}).get("reference") == told
        assert link.steps[0].fields.get("reference") == told


def test_the_person_is_counted_once(closed: Office) -> None:
    def counted() -> tuple[object, int, int]:
        with closed.team.zone() as session:
            persons = len(session.scalars(select(Person.id)).all())
            facts = case_facts(session, closed.team.ring, OPERATION, WEEK)
        with closed.working() as session:
            return facts, persons, count_day(session)["team"]

    facts, persons, at_work = counted()
    again(closed)
    assert counted() == (facts, persons, at_work + 1)
    assert at_work == 0  # of the two cases, one is open


def test_an_open_case_goes_on_and_gets_no_other_beside_it(office: Office) -> None:
    with pytest.raises(EarlierCaseUnfit, match="open"):
        again(office)


def test_the_reference_is_needed_and_free(closed: Office) -> None:
    with pytest.raises(FieldsMissing):
        again(closed, " ")
    with pytest.raises(ReferenceInUse):
        again(closed, SCREENING["case_reference"].lower())
    with pytest.raises(RecordUnknown):
        again(closed, who=BADR)


def test_only_an_earlier_case_of_the_same_person_is_linked_and_once(office: Office) -> None:
    earlier = office.earlier()
    for other, reason in ((uuid4(), "no such case"), (office.case, "no such case")):
        with pytest.raises(EarlierCaseUnfit, match=reason):
            office.begin(EntryKind.EARLIER_CASE, earlier=str(other), again="no")
    with pytest.raises(EarlierCaseUnfit, match="later"):
        Office(office.team, earlier, office.person).begin(EntryKind.EARLIER_CASE, earlier=str(office.case), again="no")
    link = office.begin(EntryKind.EARLIER_CASE, earlier=str(earlier), again="no")
    with pytest.raises(EarlierCaseUnfit, match="already"):
        office.begin(EntryKind.EARLIER_CASE, earlier=str(earlier), again="no")
    office.go_on(link, Act.CANCEL)
    assert office.begin(EntryKind.EARLIER_CASE, earlier=str(earlier), again="yes")


def test_a_case_of_somebody_else_is_never_shown(office: Office) -> None:
    office.team.admit(office.team.send("screening", {**SCREENING, "case_reference": "SC-0013"}))
    assert office.file().others == ()
    with office.team.zone() as session:
        other = session.scalars(select(Case.id).where(Case.id != office.case)).one()
        assert read_case_file(session, office.team.ring, other, purpose=HELP).others == ()
