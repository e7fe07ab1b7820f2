"""The list of cases: what is in reach and asked for, newest activity first, and nothing opened."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from casework.case_file import Act, EntryKind, read_case_file
from casework.caseload import OPEN_STATES, CaseFilter, Mark, Whose, list_caseload
from casework.errors import CaseFileDamaged
from casework.models import CaseState, ScreeningOutcome
from casework.records import assign_custody, break_glass
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR
from forms import RecordPart
from tests.casework.test_caseload.conftest import AMAL, BADR, CARLA, SOON, TODAY, YESTERDAY, Office

ASSIST = Purpose.ASSISTANCE


def test_it_lists_what_is_in_reach_and_what_was_worked_on_last_comes_first(office: Office) -> None:
    assert office.listed(CaseFilter()) == ["SC-3", "SC-2", "SC-1"]
    office.begin("SC-1", EntryKind.TASK, access=AMAL, task="Call")
    assert office.listed(CaseFilter()) == ["SC-1", "SC-3", "SC-2"]
    assert office.listed(CaseFilter(), BADR) == ["SC-9"]
    assert office.listed(CaseFilter(), CARLA) == ["SC-1", "SC-9", "SC-3", "SC-2"]


def test_whose_cases_and_by_state_outcome_and_day(office: Office) -> None:
    assert office.listed(CaseFilter(Whose.MINE)) == ["SC-1"]
    assert office.listed(CaseFilter(Whose.NOBODY)) == ["SC-3"]
    assert office.listed(CaseFilter(Whose.TEAM)) == ["SC-3", "SC-2", "SC-1"]
    two = Access("amal", AMAL.operation, (Grant(Role.CASEWORKER, team="team-1"), Grant(Role.CASEWORKER, area="south")))
    assert office.listed(CaseFilter(Whose.TEAM), two) == ["SC-3", "SC-2", "SC-1"]
    assert office.listed(CaseFilter(), two) == ["SC-9", "SC-3", "SC-2", "SC-1"]

    office.begin("SC-2", EntryKind.SERVICE, access=AMAL, service_type="medical")  # makes it active
    assert office.listed(CaseFilter(states=(CaseState.ACTIVE,))) == ["SC-2"]
    assert office.listed(CaseFilter(states=OPEN_STATES)) == ["SC-2", "SC-3", "SC-1"]
    assert office.listed(CaseFilter(outcome=ScreeningOutcome.ACTUAL)) == []
    assert len(office.listed(CaseFilter(outcome=ScreeningOutcome.POSSIBLE, opened_since=TODAY))) == 3
    assert office.listed(CaseFilter(opened_since=TODAY + timedelta(days=1))) == []


def test_by_what_its_entries_say(office: Office) -> None:
    office.begin("SC-1", EntryKind.TASK, due=YESTERDAY, task="Call")
    office.begin("SC-2", EntryKind.VISIT, due=SOON, purpose="See her")
    office.begin("SC-3", EntryKind.FLAG, reason="Look here")
    office.begin("SC-3", EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="All is done")
    for mark, reference in {
        Mark.OVERDUE: "SC-1",
        Mark.DUE_SOON: "SC-2",
        Mark.FLAGGED: "SC-3",
        Mark.AWAITING: "SC-3",
    }.items():
        assert office.listed(CaseFilter(marks=frozenset({mark}))) == [reference], mark
    assert office.listed(CaseFilter(marks=frozenset({Mark.OVERDUE, Mark.FLAGGED}))) == []
    with office.working() as session:
        lines = {line.id: line.marks for line in list_caseload(session, CaseFilter(), purpose=ASSIST).lines}
    assert lines[office.cases["SC-3"]] == {Mark.FLAGGED: 1, Mark.AWAITING: 1}
    assert lines[office.cases["SC-2"]] == {}


def test_an_assessment_grows_old(office: Office) -> None:
    """By the days of the programme, 90; one that is being written is on its way."""
    first, second = (office.begin("SC-1", EntryKind.ASSESSMENT, access=AMAL, needs=["medical"]) for _ in range(2))
    aged = "UPDATE casework.case_entry SET state = :state, changed_at = now() - :days * interval '1 day' WHERE id = :id"
    listed = []
    for entry, state, days in (
        (first, "approved", 91),
        (second, "cancelled", 1),
        (second, "approved", 89),
        (second, "draft", 91),
    ):
        with office.team.zone() as session:
            session.execute(text(aged), {"id": entry, "state": state, "days": days})
        listed.append(office.listed(CaseFilter(marks=frozenset({Mark.REASSESS}))))
    assert listed == [[], ["SC-1"], [], ["SC-1"]]


def test_pages_follow_each_other_whatever_is_done_in_between(office: Office) -> None:
    with office.working() as session:
        first = list_caseload(session, CaseFilter(), purpose=ASSIST, size=2)
    office.begin("SC-3", EntryKind.TASK, access=AMAL, task="Call")
    with office.working() as session:
        second = list_caseload(session, CaseFilter(), purpose=ASSIST, size=2, after=first.following)
        again = list_caseload(session, CaseFilter(), purpose=ASSIST, size=2, after="not a mark")
    assert [line.id for line in second.lines] == [office.cases["SC-1"]]
    assert (first.count, second.count, second.following) == (3, 3, None)
    assert [line.id for line in again.lines] == [office.cases["SC-3"], office.cases["SC-2"]]


def test_a_case_goes_where_its_person_goes_and_nowhere_else(office: Office) -> None:
    with office.team.zone() as session:
        session.execute(text("UPDATE casework.\"case\" SET custody = 'org/south/team-2/badr'"))
        there = Custody("org", "south", "team-2", "-")
        assign_custody(session, office.team.ring, CARLA, office.persons["SC-1"], there, purpose=ASSIST)
    assert sorted(office.listed(CaseFilter(), BADR)) == ["SC-1", "SC-9"]
    assert office.listed(CaseFilter()) == ["SC-3", "SC-2"]
    assert office.listed(CaseFilter(Whose.MINE)) == []


def test_a_record_that_was_opened_to_somebody_is_on_their_list_and_a_role_that_reads_no_case_files_widens_none(
    office: Office,
) -> None:
    why = "She came in at night and her worker is away."
    with office.team.zone() as session:
        break_glass(
            session, office.team.ring, BADR, office.persons["SC-2"], parts=[RecordPart.FACTS], reason=why, purpose=ASSIST
        )
    assert sorted(office.listed(CaseFilter(), BADR)) == ["SC-2", "SC-9"]
    # Who looks after rights everywhere and helps in one team sees that team's cases.
    both = Access("dina", AMAL.operation, (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.CASEWORKER, team="team-2")))
    assert office.listed(CaseFilter(), both) == ["SC-9"]
    alone = Access("dina", AMAL.operation, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with pytest.raises(NotAllowed):
        office.listed(CaseFilter(), alone)


def test_a_case_that_was_put_into_other_hands_behind_the_programs_back_is_told(office: Office) -> None:
    """With the triggers off, as only who owns the tables can have them."""
    with create_engine(office.team.database.engine.url.set(username=ADMINISTRATOR)).begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("UPDATE casework.\"case\" SET custody = 'org/north/team-1/asha'"))
    with office.working() as session, pytest.raises(CaseFileDamaged, match="another custody"):
        read_case_file(session, office.team.ring, office.cases["SC-1"], purpose=ASSIST)
