"""Two records of one person are linked, read as one, and set apart again as if nothing had been."""

from collections.abc import Sequence
from random import Random
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from casework import find_case, find_persons, list_cases, read_person
from casework.duplicates.errors import MergedAlready, MergeUnknown, NotTwoPersons
from casework.duplicates.merge_persons import merge_persons, merges_of, unmerge
from casework.errors import RecordUnknown
from casework.records.read_cases import PersonRecord
from casework.store.linked_persons import canonical_person, canonical_persons, persons_of
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose, audited_entries
from core.database import Zone
from core.errors import Problem
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field

NORTH, SOUTH = Custody("org", "north", "team-1", "amal"), Custody("org", "south", "team-2", "badr")
OVER_BOTH, OVER_NORTH = (Grant(Role.SUPERVISOR, "org"),), (Grant(Role.SUPERVISOR, "org", "north"),)
REMEMBERED = ("person", "case", "interview", "household", "household_member", "token", "record_key")


def screen(team: Field, number: int, custody: Custody, **said: str) -> UUID:
    answers = {**SCREENING, "case_reference": f"SC-{number}", **said}
    person = team.admit(team.send("screening", answers)).records[0]
    with team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :to WHERE id = :id"), {"to": str(custody), "id": person})
    return person


@begun
def two(field_team: Field) -> tuple[UUID, UUID]:
    """Amal in the north and, of the same telephone, Amaal in the south."""
    first = screen(field_team, 1, NORTH)
    return first, screen(field_team, 2, SOUTH, prs_First_Name="Amaal", interviewer_notes="Came with a friend.")


def merge(team: Field, survivor: UUID, merged: UUID, grants: Sequence[Grant] = OVER_BOTH, **more: Any) -> UUID:
    with team.database.transaction(Zone.CASEWORK, access=Access("chief", OPERATION, tuple(grants))) as session:
        return merge_persons(session, team.ring, survivor, merged, purpose=Purpose.ASSISTANCE, **more)


def undo(team: Field, merged: UUID, grants: Sequence[Grant] = OVER_BOTH) -> None:
    with team.database.transaction(Zone.CASEWORK, access=Access("chief", OPERATION, tuple(grants))) as session:
        unmerge(session, team.ring, merged, purpose=Purpose.ASSISTANCE)


def read(team: Field, person: UUID, grants: Sequence[Grant] = OVER_BOTH, actor: str = "chief") -> PersonRecord:
    with team.database.transaction(Zone.CASEWORK, access=Access(actor, OPERATION, tuple(grants))) as session:
        return read_person(session, team.ring, person, parts=list(RecordPart), purpose=Purpose.ASSISTANCE)


def store(team: Field) -> list[str]:
    """Every row of a person's tables, ciphertexts included."""
    with team.zone() as session:
        return rows(session)


def test_either_record_leads_to_both(field_team: Field, two: tuple[UUID, UUID]) -> None:
    merge(field_team, *two)
    for person in two:
        held = read(field_team, person)
        assert (held.id, held.linked) == (two[0], two)
        assert len(held.interviews) == 2


def test_differing_answers_are_both_kept_and_the_chosen_one_is_shown_first(field_team: Field, two: tuple[UUID, UUID]) -> None:
    merge(field_team, *two, shown_first=["interviewer_notes"])
    held = read(field_team, two[1])
    assert held.parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"
    assert held.otherwise[RecordPart.IDENTITY]["prs_First_Name"] == ("Amaal",)
    assert held.parts[RecordPart.NARRATIVE]["interviewer_notes"] == "Came with a friend."
    assert held.otherwise[RecordPart.NARRATIVE]["interviewer_notes"] == ("Asked for a quiet room.",)
    assert "prs_Second_Name" not in held.otherwise[RecordPart.IDENTITY]


def test_references_telephone_and_lists_answer_for_the_survivor(field_team: Field, two: tuple[UUID, UUID]) -> None:
    merge(field_team, *two)
    with field_team.zone() as session:
        found = [
            find_case(session, field_team.ring, OPERATION, reference, purpose=Purpose.ASSISTANCE)
            for reference in ("SC-1", "SC-2")
        ]
        assert [case.person for case in found if case] == [two[0], two[0]]
        phone = SCREENING["prs_MobilePhone"]
        assert find_persons(session, field_team.ring, OPERATION, phone, purpose=Purpose.ASSISTANCE) == [two[0]]
        assert {case.person for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)} == {two[0]}
        assert canonical_persons(session) == {two[1]: two[0]}


def test_a_household_member_is_merged_with_somebody_interviewed(field_team: Field) -> None:
    said = {**SCREENING, "case_reference": "SC-9", "prs_First_Name": "Idris"}
    field_team.admit(field_team.send("screening", SCREENING, repeats={"household_member": MEMBERS[:1]}))
    idris = field_team.admit(field_team.send("screening", said)).records[0]
    with field_team.zone() as session:
        [family] = [case for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) if case.members]
        merge_persons(session, field_team.ring, idris, family.members[0], purpose=Purpose.ASSISTANCE)
        [family] = [case for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) if case.members]
        assert family.members == (idris,)


def test_undoing_leaves_what_was_before(field_team: Field, two: tuple[UUID, UUID]) -> None:
    before = store(field_team)
    undo(field_team, merge(field_team, *two))
    assert store(field_team) == before
    assert read(field_team, two[1]).linked == (two[1],)


def test_interviews_that_came_in_between_stay_with_their_own_record(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = merge(field_team, *two)
    for reference in ("SC-1", "SC-2"):
        field_team.admit(field_team.send("assistance", {**ASSISTANCE, "case_reference": reference, "feedback": reference}))
    assert len(read(field_team, two[0]).interviews) == 4
    undo(field_team, link)
    for person in two:
        assert [interview.kind for interview in read(field_team, person).interviews] == ["screening", "assistance"]


def test_an_edit_of_the_merged_record_corrects_that_record(field_team: Field) -> None:
    instance = str(uuid4())
    merged = field_team.admit(field_team.send("screening", SCREENING, instance=instance)).records[0]
    survivor = screen(field_team, 2, NORTH)
    link = merge(field_team, survivor, merged, [Grant(Role.SUPERVISOR)])
    edit = {**SCREENING, "prs_First_Name": "Amina"}
    field_team.admit(field_team.send("screening", edit, repeats={"household_member": MEMBERS}, edits=instance))
    assert read(field_team, survivor).otherwise[RecordPart.IDENTITY]["prs_First_Name"] == ("Amina",)
    undo(field_team, link, [Grant(Role.SUPERVISOR)])
    with field_team.zone() as session:
        custody = text("SELECT DISTINCT custody FROM casework.person WHERE id <> :id")
        assert session.scalars(custody, {"id": survivor}).all() == ["-/-/-/-"]


def test_while_merged_a_person_has_one_custody(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = merge(field_team, *two)
    assert read(field_team, two[1], OVER_NORTH).linked == two
    with pytest.raises(RecordUnknown):
        read(field_team, two[1], [Grant(Role.CASEWORKER, worker="badr")])
    undo(field_team, link)
    assert read(field_team, two[1], [Grant(Role.CASEWORKER, worker="badr")]).linked == (two[1],)


def test_who_is_kept_from_one_record_is_kept_from_the_person(field_team: Field, two: tuple[UUID, UUID]) -> None:
    merge(field_team, *two)
    with field_team.changing() as session:
        session.execute(
            text(
                "INSERT INTO casework.kept_from (person, part, actor, operation, set_by, set_at) "
                "VALUES (:person, 'narrative', 'carim', :operation, 'chief', now())"
            ),
            {"person": two[1], "operation": OPERATION},
        )
    with pytest.raises(NotAllowed):
        read(field_team, two[0], OVER_NORTH, actor="carim")


@pytest.mark.parametrize(
    "grants",
    [OVER_NORTH, (Grant(Role.SUPERVISOR, "org", "south"),), ()],
    ids=["north only", "south only", "nothing"],
)
def test_a_record_out_of_reach_is_not_there_to_be_merged(
    field_team: Field, two: tuple[UUID, UUID], grants: tuple[Grant, ...]
) -> None:
    with pytest.raises(RecordUnknown):
        merge(field_team, *two, grants)


def test_reading_both_records_is_not_enough_to_merge_them(field_team: Field, two: tuple[UUID, UUID]) -> None:
    for grants in ([Grant(Role.CASEWORKER, "org")], [*OVER_NORTH, Grant(Role.CASEWORKER, "org")]):
        with pytest.raises(NotAllowed):
            merge(field_team, *two, grants)


def test_a_merge_is_undone_by_those_alone_who_cover_both_places(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = merge(field_team, *two)
    with pytest.raises(NotAllowed):
        undo(field_team, link, OVER_NORTH)
    with pytest.raises(MergeUnknown):
        undo(field_team, link, [Grant(Role.SUPERVISOR, "org", "south")])


def test_a_link_is_shown_to_those_alone_who_see_both_ends(field_team: Field, two: tuple[UUID, UUID]) -> None:
    merge(field_team, *two)
    with field_team.changing() as session:  # custodies drift apart, by whatever mistake: the link must not betray the other end
        session.execute(text("UPDATE casework.person SET custody = :to WHERE id = :id"), {"to": str(SOUTH), "id": two[1]})
    assert read(field_team, two[0], OVER_NORTH).linked == (two[0],)


def test_no_account_can_write_a_link_to_a_record_that_it_does_not_see(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = text(
        "INSERT INTO casework.merge (id, operation, survivor, merged, shown_first, former_custody, merged_by, merged_at) "
        "VALUES (gen_random_uuid(), :operation, :survivor, :merged, '{}', '-/-/-/-', 'amal', now())"
    )
    values = {"operation": OPERATION, "survivor": two[0], "merged": two[1]}
    access = Access("amal", OPERATION, OVER_NORTH)
    with (
        pytest.raises(Exception, match="row-level security"),
        field_team.database.transaction(Zone.CASEWORK, access=access) as session,
    ):
        session.execute(link, values)


def test_a_merged_person_stands_for_itself_no_longer(field_team: Field, two: tuple[UUID, UUID]) -> None:
    third = screen(field_team, 3, NORTH)
    merge(field_team, *two)
    with pytest.raises(NotTwoPersons):
        merge(field_team, two[1], two[0])
    with pytest.raises(NotTwoPersons):
        merge(field_team, third, third)
    for survivor, merged in ((third, two[1]), (two[1], third)):
        with pytest.raises(MergedAlready):
            merge(field_team, survivor, merged)


def test_a_chain_is_one_person_and_each_link_is_undone_by_itself(field_team: Field, two: tuple[UUID, UUID]) -> None:
    third = screen(field_team, 3, Custody("org", "east"))
    before = store(field_team)
    lower = merge(field_team, *two)
    upper = merge(field_team, third, two[0])
    with field_team.zone() as session:
        for person in (*two, third):
            assert persons_of(session, person) == [third, *two]
            assert [link.id for link in merges_of(session, person)] == [lower, upper]
    undo(field_team, lower)
    with field_team.zone() as session:
        assert persons_of(session, two[0]) == [third, two[0]]
        assert canonical_person(session, two[1]) == two[1]
    undo(field_team, upper)
    assert store(field_team) == before


def test_a_merge_is_undone_once(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = merge(field_team, *two)
    undo(field_team, link)
    with pytest.raises(MergeUnknown):
        undo(field_team, link)
    with pytest.raises(MergeUnknown):
        undo(field_team, uuid4())


def test_two_officers_at_once_make_no_circle(field_team: Field, two: tuple[UUID, UUID]) -> None:
    start, outcomes = Barrier(2), []

    def officer(survivor: UUID, merged: UUID) -> None:
        start.wait()
        try:
            outcomes.append(merge(field_team, survivor, merged))
        except Problem as problem:
            outcomes.append(problem.code)

    officers = [Thread(target=officer, args=pair) for pair in (two, two[::-1])]
    for thread in officers:
        thread.start()
    for thread in officers:
        thread.join()
    assert outcomes.count("CASE-110") == 1
    with field_team.zone() as session:
        assert len(canonical_persons(session)) == 1


STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, last=st.randoms(use_true_random=False))
def test_whatever_is_merged_and_undone_every_record_is_read_and_all_undone_is_the_beginning(
    field_team: Field, five: list[UUID], steps: list[tuple[int, int, bool]], last: Random
) -> None:
    """Beside a plain model: a forest in which each record knows the one it was merged into."""
    into: dict[UUID, UUID] = {}
    standing: dict[UUID, UUID] = {}  # merge by merged record
    with field_team.zone() as session, session.begin_nested() as attempt:
        alone = {person: contents(held(field_team, session, person)) for person in five}
        before = rows(session)
        for survivor, merged, undoing in ((five[one], five[other], undoing) for one, other, undoing in steps):
            if undoing:
                if merged in standing:
                    unmerge(session, field_team.ring, standing.pop(merged), purpose=Purpose.ASSISTANCE)
                    del into[merged]
            elif (end(into, survivor), end(into, merged)) == (survivor, merged) and survivor != merged:
                standing[merged] = merge_persons(session, field_team.ring, survivor, merged, purpose=Purpose.ASSISTANCE)
                into[merged] = survivor
            else:
                with pytest.raises((MergedAlready, NotTwoPersons)):
                    merge_persons(session, field_team.ring, survivor, merged, purpose=Purpose.ASSISTANCE)
            for person in five:
                record = held(field_team, session, person)
                assert record.id == end(into, person)
                assert set(record.linked) == {other for other in five if end(into, other) == record.id}
                assert alone[person] <= contents(record)
        for merged in last.sample(sorted(standing), len(standing)):
            unmerge(session, field_team.ring, standing[merged], purpose=Purpose.ASSISTANCE)
        session.flush()
        assert rows(session) == before
        assert {person: contents(held(field_team, session, person)) for person in five} == alone
        attempt.rollback()


@begun
def five(field_team: Field) -> list[UUID]:
    """Five records, each in a custody of its own and with a first name of its own."""
    return [screen(field_team, n, Custody(area=f"area-{n}"), prs_First_Name=f"Name {n}") for n in range(5)]


def end(into: dict[UUID, UUID], person: UUID) -> UUID:
    return end(into, into[person]) if person in into else person


def rows(session: Session) -> list[str]:
    """Every row; of the keys not the list of what they sealed, which is sealed anew."""
    return sorted(
        str({name: value for name, value in row.items() if name != "versions"})
        for table in REMEMBERED
        for row in session.execute(text(f'SELECT * FROM casework."{table}"')).mappings()
    )


def held(team: Field, session: Session, person: UUID) -> PersonRecord:
    return read_person(session, team.ring, person, parts=list(RecordPart), purpose=Purpose.ASSISTANCE)


def contents(record: PersonRecord) -> set[str]:
    """Every answer that a reading of the person shows, first or beside another."""
    shown = {f"{question}={answer}" for answers in record.parts.values() for question, answer in answers.items()}
    others = {
        f"{question}={answer}"
        for answers in record.otherwise.values()
        for question, others in answers.items()
        for answer in others
    }
    return shown | others | {str(interview.id) for interview in record.interviews}


def test_merging_reading_and_undoing_leave_their_lines(field_team: Field, two: tuple[UUID, UUID]) -> None:
    link = merge(field_team, *two)
    read(field_team, two[1])
    undo(field_team, link)
    with field_team.database.transaction(Zone.AUDIT) as session:
        entries = [entry for entry in audited_entries(session, newest=20) if entry.action != "listed"]
    lines = [(entry.action, entry.subject, entry.actor) for entry in entries[:6]]
    expected = [(act, f"casework.person:{person}", "chief") for act in ("merged", "read", "unmerged") for person in two]
    assert sorted(lines) == sorted(expected)
