"""Retention periods: an officer reads them, the program proposes what is overdue, and erases nothing by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from casework import family
from casework.case_file import Act, EntryKind, Step, take_step
from casework.erasure.propose_erasures import find_overdue, page_overdue, propose_overdue
from casework.erasure.retention import OURS, Keeps, read_rules
from casework.errors import RetentionUnreadable
from casework.models import HouseholdMember, Interview, Person
from casework.rights.hold_record import hold_record
from core import clock
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from core.second_person import SecondPersonNeeded, approve, find_proposal
from tests.casework.conftest import ARRIVAL, ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field

NOWHERE = Path("no such file")
Later = Callable[[int], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let days go by, for those who ask the one clock."""
    started = clock.now()

    def pass_days(days: int) -> None:
        def moment() -> datetime:
            return started + timedelta(days=days)

        for module in ("casework.erasure.propose_erasures", "casework.rights.hold_record", "core.second_person"):
            monkeypatch.setattr(import_module(module), "now", moment)

    return pass_days


def overdue(team: Field, periods: Path = NOWHERE) -> dict[str, set[UUID]]:
    """Ids of what is overdue, by the rule."""
    found: dict[str, set[UUID]] = {}
    with team.zone() as session:
        for item in find_overdue(session, OPERATION, periods):
            found.setdefault(item.rule, set()).add(item.subject.record)
    return found


def not_eligible(team: Field) -> UUID:
    said = {**SCREENING, "eligible": "no"}
    return team.admit(team.send("screening", said, repeats={"household_member": MEMBERS})).records[0]


def test_what_is_overdue_is_listed_page_by_page(field_team: Field, later: Later) -> None:
    not_eligible(field_team)
    later(4000)
    with field_team.zone() as session:
        everything = find_overdue(session, OPERATION, NOWHERE)
        first = page_overdue(session, OPERATION, NOWHERE, size=len(everything) - 1)
        second = page_overdue(session, OPERATION, NOWHERE, after=first.following, size=len(everything) - 1)
    assert [*first.rows, *second.rows] == everything
    assert (len(second.rows), second.following) == (1, None)


def test_who_moved_to_a_household_that_is_still_kept_is_not_due(field_team: Field, later: Later) -> None:
    mother = not_eligible(field_team)
    aunt = field_team.admit(field_team.send("screening", {**SCREENING, "case_reference": "SC-0077"})).records[0]
    with field_team.zone() as session:
        household = select(HouseholdMember.household)
        old, new = (session.scalars(household.where(HouseholdMember.person == one)).one() for one in (mother, aunt))
        theirs = HouseholdMember.household == old, HouseholdMember.person != mother
        child, sibling = session.scalars(select(HouseholdMember.person).where(*theirs)).all()
        family.leave_household(session, field_team.ring, old, child, purpose=Purpose.ASSISTANCE)
        family.join_household(session, field_team.ring, new, child, purpose=Purpose.ASSISTANCE)
    later(4000)
    assert overdue(field_team)["not_eligible"] == {mother, sibling}


class TestThePeriods:
    def test_ours_can_be_read_and_each_says_why(self) -> None:
        rules = read_rules(NOWHERE)
        assert {rule.name for rule in rules} == {
            "not_eligible",
            "closed",
            "raw_submission",
            "quarantine",
            "movement_report",
            "audit",
        }
        assert all(rule.because for rule in rules)
        assert [rule.keeps for rule in rules if rule.period is None] == [Keeps.AUDIT]

    @pytest.mark.parametrize(
        "wrong",
        [
            "[a]",
            '[a]\nkeeps = "person"\ndays = 1\nbecause = "x"',
            '[a]\nkeeps = "quarantine"\ndays = 0\nbecause = "x"',
            '[a]\nkeeps = "quarantine"\ndays = 1\nbecause = " "',
            '[a]\nkeeps = "audit log"\ndays = 1\nbecause = "x"',
            '[a]\nkeeps = "person"\nstates = ["dead"]\ndays = 1\nbecause = "x"',
            "days = 1",
            "not toml",
        ],
    )
    def test_a_file_that_is_wrong_is_refused_whole(self, tmp_path: Path, wrong: str) -> None:
        file = tmp_path / "retention.toml"
        file.write_text(wrong)
        with pytest.raises(RetentionUnreadable):
            read_rules(file)

    def test_an_operation_may_have_others(self, field_team: Field, later: Later, tmp_path: Path) -> None:
        person = not_eligible(field_team)
        file = tmp_path / "retention.toml"
        file.write_text(OURS.read_text().replace("days = 90", "days = 9"))
        later(10)
        assert overdue(field_team) == {}
        assert person in overdue(field_team, file)["not_eligible"]


class TestWhatIsOverdue:
    def test_nothing_on_the_day_it_came(self, field_team: Field) -> None:
        not_eligible(field_team)
        field_team.admit(field_team.send("movement", ARRIVAL))
        assert overdue(field_team) == {}

    def test_a_person_who_was_not_eligible_with_their_household(self, field_team: Field, later: Later) -> None:
        person = not_eligible(field_team)
        later(89)
        assert overdue(field_team) == {}
        later(91)
        with field_team.zone() as session:
            everybody = set(session.scalars(select(Person.id)))
        assert overdue(field_team) == {"not_eligible": everybody}
        assert person in everybody
        assert len(everybody) == 3

    def test_an_open_case_never(self, field_team: Field, later: Later) -> None:
        field_team.admit(field_team.send("screening", SCREENING))
        field_team.admit(field_team.send("assistance", ASSISTANCE))
        later(3000)
        assert "closed" not in overdue(field_team)
        assert "not_eligible" not in overdue(field_team)

    def test_a_closed_case_after_five_years(self, field_team: Field, later: Later) -> None:
        person = field_team.admit(field_team.send("screening", SCREENING)).records[0]
        field_team.admit(field_team.send("assistance", {**ASSISTANCE, "cas_Status": "closed"}))
        later(1826)
        assert overdue(field_team)["closed"] == {person}

    def test_answers_as_they_were_received_and_reports(self, field_team: Field, later: Later) -> None:
        raw = field_team.send("movement", ARRIVAL)
        report = field_team.admit(raw).records[0]
        later(366)
        assert overdue(field_team) == {"raw_submission": {raw}}
        later(1096)
        assert overdue(field_team)["movement_report"] == {report}

    def test_what_still_waits_for_admission_is_not(self, field_team: Field, later: Later) -> None:
        field_team.send("movement", ARRIVAL)
        later(3000)
        assert overdue(field_team) == {}

    def test_what_was_set_aside_as_long_as_what_was_refused(self, field_team: Field, later: Later) -> None:
        raw = field_team.send("movement", {**ARRIVAL, "origin": "nowhere"})
        field_team.admit(raw)
        later(181)
        assert overdue(field_team) == {"raw_submission": {raw}}


class TestTheProposals:
    def test_are_made_once_and_nothing_is_erased(self, field_team: Field, later: Later) -> None:
        not_eligible(field_team)
        later(91)
        with field_team.zone() as session:
            made = propose_overdue(session, OPERATION, NOWHERE)
            assert propose_overdue(session, OPERATION, NOWHERE) == []
            assert session.scalar(select(func.count()).select_from(Person)) == 3
            assert find_proposal(session, made[0]).detail["rule"] == "not_eligible"
        assert len(made) == 3

    def test_need_an_officer_and_never_the_program_itself(self, field_team: Field, later: Later) -> None:
        not_eligible(field_team)
        later(91)
        with field_team.zone() as session:
            made = propose_overdue(session, OPERATION, NOWHERE)
        with pytest.raises(SecondPersonNeeded), field_team.zone() as session:
            approve(session, made[0])
        officer = Access(f"officer-{uuid4().hex[:4]}", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
        with field_team.database.transaction(Zone.CASEWORK, access=officer) as session:
            assert approve(session, made[0]).decided_by == officer.actor

    def test_are_not_made_of_what_is_held(self, field_team: Field, later: Later) -> None:
        person = not_eligible(field_team)
        with field_team.zone() as session:
            hold_record(session, field_team.ring, person, reason="Court")
        later(91)
        with field_team.zone() as session:
            assert propose_overdue(session, OPERATION, NOWHERE) == []
            assert all(item.held for item in find_overdue(session, OPERATION, NOWHERE))


def test_the_period_of_a_case_that_was_decided_on_screen_begins_with_the_decision(field_team: Field, later: Later) -> None:
    person, case, _ = field_team.admit(field_team.send("screening", SCREENING)).records
    with field_team.changing() as session:
        long_ago = clock.now() - timedelta(days=80)
        session.execute(update(Interview).values(received_at=long_ago))
    said = {"status": "actual", "eligible": "yes", "wants_assistance": "no", "outcome": "close", "reasons": "Her wish."}
    with field_team.zone() as session:
        step = Step(EntryKind.DECISION, Act.SETTLE, fields=said)
        take_step(session, field_team.ring, case, step, purpose=Purpose.ASSISTANCE)
    later(60)  # 140 days after the interview
    assert person not in overdue(field_team).get("not_eligible", set())
    later(91)
    assert overdue(field_team)["not_eligible"] == {person}
