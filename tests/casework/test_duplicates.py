"""Pairs that may be one person are proposed on admission, shown to those who cover both records, and decided by them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import list_cases
from casework.duplicate_models import Similarity
from casework.duplicates.errors import PairUnknown
from casework.duplicates.merge_persons import merge_persons, unmerge
from casework.duplicates.review_duplicates import OpenPair, PairRecord, decide_different, list_pairs, open_pair
from casework.errors import RecordUnknown
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION, SCREENING, Field

NORTH, SOUTH = Custody("org", "north", "team-1", "amal"), Custody("org", "south", "team-2", "badr")
OVER_BOTH, OVER_NORTH = (Grant(Role.SUPERVISOR, "org"),), (Grant(Role.SUPERVISOR, "org", "north"),)
AMAL = {
    **SCREENING,
    "prs_First_Name": "Mohamed",
    "prs_Second_Name": "Hassan",
    "prs_Birthdate": "1990-04-23",
    "prs_Gender": "male",
    "interview_date": "2026-02-10",
}
AGAIN = {**AMAL, "prs_First_Name": "Maxamed", "prs_Second_Name": "Xasan", "prs_MobilePhone": ""}
OTHER = {**AMAL, "prs_First_Name": "Leyla", "prs_Second_Name": "Warsame", "prs_Birthdate": "1971-01-30", "prs_Gender": "female"}


def screen(team: Field, said: dict[str, str], custody: Custody = NORTH, **more: str) -> UUID:
    answers = {**said, "case_reference": f"SC-{uuid4().hex[:8]}"}
    person = team.admit(team.send("screening", answers, **more)).records[0]
    with team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :to WHERE id = :id"), {"to": str(custody), "id": person})
    return person


def pairs(team: Field, grants: Sequence[Grant] = OVER_BOTH) -> list[OpenPair]:
    with team.database.transaction(Zone.CASEWORK, access=Access("chief", OPERATION, tuple(grants))) as session:
        return list_pairs(session, purpose=Purpose.ASSISTANCE).rows


def opened(team: Field, pair: UUID, grants: Sequence[Grant] = OVER_BOTH) -> PairRecord:
    with team.database.transaction(Zone.CASEWORK, access=Access("chief", OPERATION, tuple(grants))) as session:
        return open_pair(session, team.ring, pair, purpose=Purpose.ASSISTANCE)


def different(team: Field, pair: UUID, grants: Sequence[Grant] = OVER_BOTH) -> None:
    with team.database.transaction(Zone.CASEWORK, access=Access("chief", OPERATION, tuple(grants))) as session:
        decide_different(session, team.ring, pair, purpose=Purpose.ASSISTANCE)


def test_a_person_written_down_twice_is_proposed_once(field_team: Field) -> None:
    first, second = screen(field_team, AMAL), screen(field_team, AGAIN)
    [pair] = pairs(field_team)
    assert set(pair.persons) == {first, second}
    assert pair.similarity == Similarity.LIKELY


def test_who_shares_a_telephone_only_is_not_proposed(field_team: Field) -> None:
    screen(field_team, AMAL)
    screen(field_team, OTHER)
    assert pairs(field_team) == []


def test_a_household_member_is_compared_too(field_team: Field) -> None:
    member = {"member_name": "Mohamed Hassan", "member_gender": "male", "member_age": "36"}
    person = screen(field_team, AMAL)
    field_team.admit(field_team.send("screening", {**OTHER, "case_reference": "SC-F"}, repeats={"household_member": [member]}))
    with field_team.zone() as session:
        [member_id] = [one for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) for one in case.members]
        found = session.execute(text("SELECT first, second FROM casework.duplicate_candidate")).all()
    assert [set(pair) for pair in found] == [{person, member_id}]


def test_those_of_one_household_are_different_persons(field_team: Field) -> None:
    twin = {"member_name": "Mohamed Hassan", "member_gender": "male", "member_age": "36"}
    field_team.admit(field_team.send("screening", AMAL, repeats={"household_member": [twin]}))
    with field_team.zone() as session:
        assert session.execute(text("SELECT * FROM casework.duplicate_candidate")).all() == []


def test_a_correction_proposes_and_takes_back(field_team: Field) -> None:
    instance, edit = str(uuid4()), str(uuid4())
    said = {**OTHER, "case_reference": "SC-C"}
    screen(field_team, AMAL)
    field_team.admit(field_team.send("screening", said, instance=instance))
    with field_team.zone() as session:
        assert list_pairs(session, purpose=Purpose.ASSISTANCE).rows == []
    field_team.admit(field_team.send("screening", {**AGAIN, "case_reference": "SC-C"}, instance=edit, edits=instance))
    with field_team.zone() as session:
        assert len(list_pairs(session, purpose=Purpose.ASSISTANCE).rows) == 1
    field_team.admit(field_team.send("screening", said, edits=edit))
    with field_team.zone() as session:
        assert list_pairs(session, purpose=Purpose.ASSISTANCE).rows == []


def test_found_different_a_pair_comes_back_only_after_a_correction(field_team: Field) -> None:
    instance = str(uuid4())
    screen(field_team, AMAL)
    answers = {**AGAIN, "case_reference": "SC-D"}
    field_team.admit(field_team.send("screening", answers, instance=instance))
    with field_team.zone() as session:
        [pair] = list_pairs(session, purpose=Purpose.ASSISTANCE).rows
        decide_different(session, field_team.ring, pair.id, purpose=Purpose.ASSISTANCE)
    screen(field_team, {**OTHER, "prs_MobilePhone": ""})
    with field_team.zone() as session:
        assert list_pairs(session, purpose=Purpose.ASSISTANCE).rows == []
    field_team.admit(field_team.send("screening", {**answers, "prs_Birthdate": "1990-04-24"}, edits=instance))
    with field_team.zone() as session:
        assert len(list_pairs(session, purpose=Purpose.ASSISTANCE).rows) == 1


@pytest.mark.parametrize(
    "grants",
    [
        OVER_NORTH,
        (Grant(Role.SUPERVISOR, "org", "south"),),
        (*OVER_NORTH, Grant(Role.CASEWORKER, "org")),  # reads both, but resolves duplicates in the north only
    ],
    ids=["north", "south", "resolves in the north, reads both"],
)
def test_a_pair_is_shown_to_those_alone_who_cover_both(field_team: Field, grants: tuple[Grant, ...]) -> None:
    screen(field_team, AMAL, NORTH)
    screen(field_team, AGAIN, SOUTH)
    [pair] = pairs(field_team)
    assert pair.apart
    assert pairs(field_team, grants) == []
    for act in (opened, different):
        with pytest.raises((PairUnknown, NotAllowed)):
            act(field_team, pair.id, grants)


def test_the_database_itself_hides_a_pair_across_reaches(field_team: Field) -> None:
    screen(field_team, AMAL, NORTH)
    screen(field_team, AGAIN, SOUTH)
    for grants, seen in ((OVER_NORTH, 0), ((Grant(Role.CASEWORKER, worker="badr"),), 0), ((), 0), (OVER_BOTH, 1)):
        with field_team.database.transaction(Zone.CASEWORK, access=Access("x", OPERATION, tuple(grants))) as session:
            assert len(session.execute(text("SELECT * FROM casework.duplicate_candidate")).all()) == seen


def test_a_caseworker_resolves_no_duplicates(field_team: Field) -> None:
    with pytest.raises(NotAllowed):
        pairs(field_team, [Grant(Role.CASEWORKER, "org")])


def test_side_by_side_it_is_said_what_agrees_and_each_record_has_its_audit_line(field_team: Field) -> None:
    first, second = screen(field_team, AMAL), screen(field_team, AGAIN)
    [pair] = pairs(field_team)
    shown = opened(field_team, pair.id)
    assert shown.agreement == {"name": "same", "birth": "same", "gender": "same"}
    assert {side[RecordPart.IDENTITY]["prs_First_Name"] for side in shown.sides} == {"Mohamed", "Maxamed"}
    assert "Mohamed" not in repr(shown)
    with field_team.database.transaction(Zone.AUDIT) as session:
        read = {entry.subject for entry in audited_entries(session, newest=2)}
    assert read == {f"casework.person:{person}" for person in (first, second)}


def test_a_merged_pair_is_listed_no_more_and_comes_back_when_that_is_undone(field_team: Field) -> None:
    first, second = screen(field_team, AMAL), screen(field_team, AGAIN)
    before = pairs(field_team)
    with field_team.zone() as session:
        link = merge_persons(session, field_team.ring, first, second, purpose=Purpose.ASSISTANCE)
    assert pairs(field_team) == []
    with pytest.raises(PairUnknown):
        opened(field_team, before[0].id)
    with field_team.zone() as session:
        unmerge(session, field_team.ring, link, purpose=Purpose.ASSISTANCE)
    assert pairs(field_team) == before


def test_of_merged_records_a_third_is_asked_about_once(field_team: Field) -> None:
    first, second, third = (screen(field_team, said) for said in (AMAL, AGAIN, AMAL))
    assert len(pairs(field_team)) == 3
    with field_team.zone() as session:
        merge_persons(session, field_team.ring, first, second, purpose=Purpose.ASSISTANCE)
    [pair] = pairs(field_team)
    assert set(pair.persons) == {first, third}
    different(field_team, pair.id)
    assert pairs(field_team) == []


def test_a_record_that_does_not_open_stands_in_nobodys_way_and_is_not_named_to_them(field_team: Field) -> None:
    first = screen(field_team, AMAL)
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.person SET identity = decode('01', 'hex') WHERE id = :id"), {"id": first})
    submission = field_team.send("screening", {**AGAIN, "case_reference": "SC-T"})
    assert field_team.admit(submission).outcome == "admitted"
    assert field_team.quarantine() == {}


def test_a_taken_reference_names_no_other_case(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", AMAL))
    with field_team.zone() as session:
        [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
    submission = field_team.send("screening", OTHER)
    field_team.admit(submission)
    code, reason = field_team.quarantine()[submission]
    assert code == "CASE-010"
    assert str(case.id) not in reason
    assert str(case.person) not in reason


def test_an_opening_of_one_record_lets_nobody_merge_it(field_team: Field) -> None:
    first, second = screen(field_team, AMAL, NORTH), screen(field_team, AGAIN, SOUTH)
    access = Access("amal", OPERATION, OVER_NORTH)
    with pytest.raises(RecordUnknown), field_team.database.transaction(Zone.CASEWORK, access=access) as session:
        merge_persons(session, field_team.ring, first, second, purpose=Purpose.ASSISTANCE)


def test_pairs_are_listed_page_by_page_also_where_one_was_decided_meanwhile(field_team: Field) -> None:
    for _ in range(4):
        screen(field_team, SCREENING)
    everything = [pair.id for pair in pairs(field_team)]
    assert len(everything) == 6  # each with each
    with field_team.database.transaction(Zone.CASEWORK, access=Access("sara", OPERATION, tuple(OVER_BOTH))) as session:
        first = list_pairs(session, size=4, purpose=Purpose.ASSISTANCE)
    different(field_team, first.rows[-1].id)
    with field_team.database.transaction(Zone.CASEWORK, access=Access("sara", OPERATION, tuple(OVER_BOTH))) as session:
        second = list_pairs(session, after=first.following, size=4, purpose=Purpose.ASSISTANCE)
    assert [pair.id for page in (first, second) for pair in page.rows] == everything
    assert second.following is None
