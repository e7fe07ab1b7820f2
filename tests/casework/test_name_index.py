"""The names in memory: approximate, in reach only, and gone when a person is gone."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.search.name_index import EVERYWHERE, FreeQuestion, HeldName, NameIndex, Reach

NAMES = ["Mohamed Hassan", "محمد علي", "Mahmoud Saleh", "Amina Yusuf", "Амина Юсуф", "Tesfaye Bekele", "ተስፋዬ በቀለ"]
CUSTODIES = ["org/north/team-1/amal", "org/north/team-2/badr", "other/south/team-3/-"]
TEAM_1: Reach = ("%", "%", "team-1", "%")


def person(number: int) -> UUID:
    return UUID(int=number + 1)


def index(names: Sequence[str], custody: str = CUSTODIES[0]) -> NameIndex:
    return NameIndex(HeldName(person(number), custody, name) for number, name in enumerate(names))


def found(held: NameIndex, name: str, reach: Reach = EVERYWHERE, **more: frozenset[UUID]) -> list[int]:
    return [one.int - 1 for one, _ in held.search(FreeQuestion(name, (reach,), **more))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("Muhammad", {0, 1, 2}), ("مريم", set()), ("Amina", {3, 4}), ("Tesfay", {5, 6}), ("Yousef Amina", {3, 4}), ("", set())],
)
def test_a_name_is_found_across_scripts_and_spellings(asked: str, expected: set[int]) -> None:
    assert set(found(index(NAMES), asked)) == expected


def test_the_likest_come_first_and_no_more_than_asked_for() -> None:
    held = index(["Mohamed", "Mahmoud", "Muhammad", "Mohamed"])
    assert found(held, "Mohamed")[:2] == [0, 3]
    assert len(held.search(FreeQuestion("Mohamed", (EVERYWHERE,), limit=1))) == 1


held_names = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(CUSTODIES)), max_size=30)


@given(held_names, st.sampled_from(NAMES), st.integers(1, 5))
def test_who_is_out_of_reach_has_no_influence_on_the_answer(people: list[tuple[str, str]], asked: str, limit: int) -> None:
    held = [HeldName(person(number), custody, name) for number, (name, custody) in enumerate(people)]
    question = FreeQuestion(asked, (TEAM_1,), limit=limit)
    in_reach = [one for one in held if one.custody == CUSTODIES[0]]
    assert NameIndex(held).search(question) == NameIndex(in_reach).search(question)


def test_an_opened_person_is_found_beyond_reach_and_a_kept_one_not_within() -> None:
    held = NameIndex([HeldName(person(0), CUSTODIES[0], "Amina"), HeldName(person(1), CUSTODIES[1], "Amina")])
    assert found(held, "Amina", TEAM_1) == [0]
    assert found(held, "Amina", TEAM_1, opened=frozenset([person(1)]), kept=frozenset([person(0)])) == [1]


def test_without_a_reach_nobody_is_found() -> None:
    assert index(NAMES).search(FreeQuestion("Amina", ())) == []


def test_a_removed_person_leaves_no_word_behind() -> None:
    held = index(["Amina Yusuf", "Amina Bekele"])
    held.remove(person(0))
    assert found(held, "Yusuf") == []
    assert found(held, "Amina") == [1]
    assert "yusuf" not in str(vars(held))


@given(held_names, st.lists(st.integers(0, 29)), st.sampled_from(NAMES))
def test_put_and_remove_leave_what_a_fresh_index_would_hold(
    people: list[tuple[str, str]], removed: list[int], asked: str
) -> None:
    held = {number: HeldName(person(number), custody, name) for number, (name, custody) in enumerate(people)}
    changing = NameIndex([*held.values(), *held.values()])
    for number in removed:
        changing.remove(person(number))
        held.pop(number, None)
    question = FreeQuestion(asked, (EVERYWHERE,))
    assert changing.search(question) == NameIndex(held.values()).search(question)
    assert len(changing) == len(held)
