"""The caseload of a month's end: whose case was open then, each person once, and who came and went since it was last told."""

import importlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import list_cases
from casework.case_file import Act, EntryKind
from casework.consent import RestrictionReason, restrict_record
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import RollChanged
from casework.month_end import CaseloadFacts, Change, caseload_facts
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.periods.month import Month
from core.permissions import Role
from tests.beginning import Beginning
from tests.casework.conftest import ASSISTANCE, OPERATION, Field
from tests.casework.test_case_file.conftest import CARLA, CUSTODY, Office
from tests.casework.test_counting.conftest import ALONE, SAID

FEBRUARY = Month(2026, 2)
MARCH = FEBRUARY.plus(1)
STAYED, CAME, WENT = Change.STAYED, Change.CAME, Change.WENT


@pytest.fixture
def office(field_team: Field, begin: Beginning, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Two cases, screened on 10 February; what is done on them is done on 17 March."""
    steps = importlib.import_module("casework.case_file.take_step")  # the face calls its function by the same name
    monkeypatch.setattr(steps, "now", lambda: datetime(2026, 3, 17, 9, tzinfo=UTC))

    def made() -> tuple[UUID, UUID]:
        for number, said in enumerate((SAID, ALONE)):
            field_team.admit(field_team.send("screening", said, instance=str(number)))
        with field_team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
            cases = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        case = min(cases, key=lambda one: one.opened_at)
        return case.id, case.person

    return Office(field_team, *begin(made))


def count(office: Office, month: Month, since: Month | None = None) -> CaseloadFacts:
    with office.team.zone() as session:
        return caseload_facts(session, office.team.ring, OPERATION, month, since=since)


def changes(facts: CaseloadFacts) -> Counter[Change]:
    return Counter(person.change for person in facts.persons)


def close(office: Office) -> UUID:
    entry = office.begin(EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="The plan is fulfilled.")
    office.go_on(entry, Act.APPROVE, CARLA)
    return entry


def test_a_case_is_open_from_its_screening_until_it_is_closed(office: Office) -> None:
    close(office)
    assert [changes(count(office, month)).total() for month in (FEBRUARY.plus(-1), FEBRUARY, MARCH)] == [0, 2, 1]


def test_a_case_that_is_reopened_is_open(office: Office) -> None:
    office.go_on(close(office), Act.REOPEN, reopening="She came back.")
    assert changes(count(office, MARCH)) == {CAME: 2}


def test_a_phone_closes_a_case_in_the_week_that_it_names(office: Office) -> None:
    office.team.admit(office.team.send("assistance", {**ASSISTANCE, "interview_date": "2026-03-11", "cas_Status": "closed"}))
    assert [changes(count(office, month)).total() for month in (FEBRUARY, MARCH)] == [2, 1]


def test_who_is_counted_is_told_by_coarse_codes_and_by_no_name(office: Office) -> None:
    facts = count(office, FEBRUARY)
    assert {tuple(person.codes.values()) for person in facts.persons} == {
        ("female", "18-59", "XM0102", "_U", "_U", "_U"),
        ("other", "_U", "XM0102", "_U", "_U", "_U"),
    }
    assert "XM0102" not in repr(facts)


def test_who_came_and_who_went_is_known_from_the_roll(office: Office) -> None:
    count(office, FEBRUARY)
    assert (changes(found := count(office, MARCH, FEBRUARY)), found.is_exact) == ({STAYED: 2}, True)
    close(office)
    third = {**SAID, "case_reference": "SC-0014", "interview_date": "2026-03-10"}
    office.team.admit(office.team.send("screening", third, instance="third"))
    found = count(office, MARCH, FEBRUARY)
    assert (changes(found), found.is_exact) == ({STAYED: 1, CAME: 1, WENT: 1}, True)


def corrected(office: Office) -> None:
    office.team.admit(office.team.send("screening", {**SAID, "prs_Gender": "male"}, instance="again", edits="0"))


def erased(office: Office) -> None:
    with office.team.zone() as session:
        erase_record(session, office.team.ring, OPERATION, Subject(ErasureKind.PERSON, office.person), proposal=uuid4())


def objected(office: Office) -> None:
    with office.team.zone() as session:
        restrict_record(session, office.team.ring, office.person, RestrictionReason.OBJECTION, use=Purpose.STATISTICS)


@pytest.mark.parametrize(("become", "left"), [(corrected, {STAYED: 2}), (erased, {STAYED: 1}), (objected, {STAYED: 1})])
def test_who_goes_otherwise_is_not_said_to_have_gone_and_the_count_says_that_it_does_not_know(
    office: Office, become: Callable[[Office], None], left: dict[Change, int]
) -> None:
    count(office, FEBRUARY)
    become(office)
    found = count(office, MARCH, FEBRUARY)
    assert (changes(found), found.is_exact) == (left, False)


def test_the_roll_holds_no_id_and_is_refused_where_it_was_changed(office: Office) -> None:
    count(office, FEBRUARY)
    with office.team.zone() as session:
        content, seal = session.execute(text("SELECT content, seal FROM casework.caseload_roll")).one()
        assert len(content) == 2 * 24
        assert office.person.bytes not in content + seal
    with office.team.zone() as session:
        session.execute(text("DELETE FROM casework.caseload_roll"))
        insert = "INSERT INTO casework.caseload_roll VALUES (:operation, :period, :content, :seal, now())"
        said = {"operation": OPERATION, "period": str(FEBRUARY), "content": content[:24], "seal": seal}
        session.execute(text(insert), said)
    with pytest.raises(RollChanged, match="2026-M02"):
        count(office, MARCH, FEBRUARY)
    with pytest.raises(RollChanged):
        count(office, MARCH, FEBRUARY.plus(-1))


def test_rolls_of_months_that_are_compared_with_no_more_are_destroyed(office: Office) -> None:
    for month, since in ((FEBRUARY, None), (MARCH, FEBRUARY), (MARCH.plus(1), FEBRUARY), (MARCH.plus(2), MARCH.plus(1))):
        count(office, month, since)
    with office.team.zone() as session:
        kept = session.scalars(text("SELECT period FROM casework.caseload_roll ORDER BY period")).all()
    assert kept == ["2026-M04", "2026-M05"]


def test_no_account_counts_the_caseload(office: Office) -> None:
    officer = Access("olga", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
    with office.working(officer) as session, pytest.raises(NotAllowed):
        caseload_facts(session, office.team.ring, OPERATION, FEBRUARY)
