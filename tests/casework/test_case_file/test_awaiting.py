"""What waits for somebody does not count what they wrote, and what stands in clear of that names nobody."""

from collections.abc import Mapping
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from casework.case_file import Act, EntryKind, count_awaiting, page_awaiting
from casework.case_file_models import CaseEntry
from casework.store.author_marks import SIZE, author_marks, is_marked_for
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.keys.keyring import KeyRing
from tests.casework.test_case_file.conftest import AMAL, CARLA, EMIL, Office, damage

ACCOUNTS = ("amal", "badr", "carla", "emil")
RING = KeyRing({1: b"k" * 32}, b"t" * 32)


def pieces(marks: bytes) -> set[bytes]:
    """The salt and each mark."""
    return {marks[at : at + SIZE] for at in range(0, len(marks), SIZE)}


@given(st.sets(st.sampled_from(ACCOUNTS), min_size=1), st.integers(0, 5))
def test_the_authors_of_an_entry_are_known_by_its_marks_and_nobody_else_is(authors: set[str], more: int) -> None:
    steps = len(authors) + more
    marks = author_marks(RING, authors, steps)
    assert {account for account in ACCOUNTS if is_marked_for(RING, marks, account)} == authors
    assert len(marks) == SIZE * (steps + 1)  # as many as steps, whoever took them


@given(st.sets(st.sampled_from(ACCOUNTS), min_size=1), st.sets(st.sampled_from(ACCOUNTS), min_size=1))
def test_marks_of_two_entries_have_nothing_in_common_and_open_with_their_ring_alone(one: set[str], other: set[str]) -> None:
    first, second = author_marks(RING, one, 4), author_marks(RING, other, 4)
    assert not pieces(first) & pieces(second)
    stranger = KeyRing({1: b"k" * 32}, b"u" * 32)
    assert not any(is_marked_for(stranger, first, account) for account in ACCOUNTS)


def test_what_an_earlier_version_of_the_program_wrote_is_nobodys() -> None:
    assert not is_marked_for(RING, None, "amal")


def waiting(office: Office, access: Access) -> list[UUID]:
    with office.working(access) as session:
        rows = page_awaiting(session, office.team.ring, purpose=Purpose.ASSISTANCE).rows
        assert count_awaiting(session, office.team.ring) == len(rows)
    return [row.id for row in rows]


def marks(office: Office) -> Mapping[UUID, bytes | None]:
    with office.team.zone(Zone.CASEWORK) as session:
        return {row.id: row.author_marks for row in session.scalars(select(CaseEntry))}


def test_what_one_wrote_waits_for_others(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, access=CARLA, aim="Shelter", agreed="yes")
    office.go_on(plan, Act.SUBMIT, AMAL)
    assert (waiting(office, AMAL), waiting(office, CARLA), waiting(office, EMIL)) == ([], [], [plan])
    office.go_on(plan, Act.SEND_BACK, EMIL, answer="Which shelter?")
    assert waiting(office, EMIL) == []
    office.go_on(plan, Act.SUBMIT, AMAL)
    assert waiting(office, EMIL) == [plan]  # who sent it back did not write it
    assert waiting(office, CARLA) == []


def test_a_wish_to_transfer_waits_for_others_too(office: Office) -> None:
    transfer = office.begin(EntryKind.TRANSFER, access=CARLA, unit="Team 2", reason="She moved.")
    assert (waiting(office, CARLA), waiting(office, EMIL)) == ([], [transfer])


def test_marks_stand_as_long_as_an_entry_waits_and_change_with_each_step(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, aim="Shelter", agreed="yes")
    assert marks(office) == {plan: None}
    office.go_on(plan, Act.SUBMIT)
    first = marks(office)[plan]
    office.go_on(plan, Act.SEND_BACK, CARLA, answer="Which shelter?")
    assert marks(office) == {plan: None}
    office.go_on(plan, Act.SUBMIT)
    second = marks(office)[plan]
    assert first
    assert second
    assert not pieces(first) & pieces(second)
    office.go_on(plan, Act.APPROVE, CARLA)
    assert marks(office) == {plan: None}


def test_what_was_written_before_there_were_marks_is_listed_as_it_was(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, access=CARLA, aim="Shelter", agreed="yes")
    office.go_on(plan, Act.SUBMIT, CARLA)
    damage(office, "UPDATE casework.case_entry SET author_marks = NULL")
    assert waiting(office, CARLA) == [plan]


def test_no_more_than_a_hundred_are_counted(office: Office) -> None:
    for _ in range(3):
        office.go_on(office.begin(EntryKind.PLAN, aim="Shelter", agreed="yes"), Act.SUBMIT)
    damage(
        office,
        'INSERT INTO casework.case_entry (id, person, "case", operation, kind, state, changed_at, custody) '
        'SELECT gen_random_uuid(), person, "case", operation, kind, state, changed_at, custody FROM casework.case_entry, '
        "generate_series(1, 50)",
    )
    with office.working(CARLA) as session:
        assert session.scalar(text("SELECT count(*) FROM casework.case_entry")) == 153
        assert count_awaiting(session, office.team.ring) == 100
