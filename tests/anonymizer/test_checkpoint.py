"""A search that is ended at any point goes on from the pieces that were kept, and ends as if it had not been ended."""

import random
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from anonymizer import TOTAL, Dimension, Policy
from anonymizer.suppression import Suppression, System, build_system, suppress
from tests.anonymizer.conftest import CountWeek

PLACES = {TOTAL: None} | {f"R{at}": TOTAL for at in range(3)} | {f"R{at % 3}D{at}": f"R{at % 3}" for at in range(9)}
ORIGIN, DESTINATION = Dimension("origin", PLACES), Dimension("destination", PLACES)
REASON = Dimension("reason", {TOTAL: None, "flood": TOTAL, "conflict": TOTAL})
POLICY = Policy(contributors=1)


class Ended(Exception):
    """The process was killed."""


class Memory:
    """Keeps pieces, and ends the search when it has kept so many."""

    def __init__(self, most: int) -> None:
        self.mark, self.pieces, self.most, self.added = b"", dict[int, bytes](), most, 0

    def begin(self, mark: bytes) -> None:
        if mark != self.mark:
            self.pieces.clear()
        self.mark, self.added = mark, 0

    def claim(self, number: int, *, wait: bool) -> bool:
        return True

    def read(self, number: int) -> bytes | None:
        return self.pieces.get(number)

    def keep(self, number: int, piece: bytes) -> None:
        if self.added == self.most:
            raise Ended
        assert number not in self.pieces
        self.pieces[number] = piece
        self.added += 1


def flows(count_week: CountWeek, contributors: int, *, seed: int = 5, groups: int = 500, most: int = 1) -> System:
    """Districts of three regions, most of which exchange few persons, as told by so many, who are named."""
    chance = random.Random(seed)
    codes = [code for code in PLACES if "D" in code]
    along, told = (ORIGIN, DESTINATION, REASON), [list[tuple[dict[str, str], int]]() for _ in range(contributors)]
    for number in range(groups):
        origin, destination = chance.choice(codes), min(chance.choices(codes, k=2))
        reason = chance.choice(["flood", "conflict"])
        told[number % contributors].append(
            ({"origin": origin, "destination": destination, "reason": reason}, 1 + number % most)
        )
    [table] = count_week({"flows": along}, told).tables
    who: dict[tuple[str, ...], set[int]] = {}
    for number, report in enumerate(told):
        for group, _ in report:
            for key in product(*(dimension.climb(group[dimension.name]) for dimension in along)):
                who.setdefault(key, set()).add(number)
    cells = {key: replace(count, alone=min(who[key]) if len(who[key]) == 1 else None) for key, count in table.cells.items()}
    return build_system((replace(table, cells=cells),))


def same(one: Suppression, other: Suppression) -> bool:
    """To the last alternative."""
    changes = [[(it.cells.tolist(), it.persons.tolist()) for it in each.alternatives] for each in (one, other)]
    return np.array_equal(one.hidden, other.hidden) and changes[0] == changes[1]


@pytest.fixture(scope="module")
def system(count_week: CountWeek) -> System:
    return flows(count_week, contributors=500)


@pytest.fixture(scope="module")
def whole(system: System) -> Suppression:
    return suppress(system, POLICY, processes=1)


@pytest.mark.parametrize("most", [1, 4])
def test_it_ends_as_if_it_had_not_been_ended(system: System, whole: Suppression, most: int) -> None:
    memory, ended = Memory(most), 0
    while True:
        try:
            found = suppress(system, POLICY, processes=1, kept=memory)
            break
        except Ended:
            ended += 1
    assert ended > 2
    assert same(found, whole)


@pytest.fixture(scope="module")
def known(count_week: CountWeek) -> System:
    """Of fewer contributors, who know more."""
    return flows(count_week, contributors=90)


def test_what_was_found_for_contributors_is_kept_too(known: System) -> None:
    """It is not looked for again, and taken by no search for which others contribute."""
    policy = Policy(contributors=1, own_knowledge=1)
    memory, numbers = Memory(10_000), list[int]()
    whole = suppress(known, policy, processes=1, kept=memory)
    without = Memory(10_000)
    suppress(known, replace(policy, own_knowledge=0), processes=1, kept=without)
    assert len(memory.pieces) > len(without.pieces) + 3
    for number in range(len(memory.pieces) - 2, len(memory.pieces)):
        del memory.pieces[number]
    keep = memory.keep
    memory.keep = lambda number, piece: (numbers.append(number), keep(number, piece))  # type: ignore[method-assign, assignment, func-returns-value]
    again = suppress(known, policy, processes=1, kept=memory)
    assert len(numbers) == 2
    assert same(again, whole)


@pytest.mark.parametrize("seed", [2, 3])
def test_it_ends_alike_from_wherever_it_goes_on(count_week: CountWeek, seed: int) -> None:
    """What is found for a cell does not depend on the programs that were written for those before it."""
    policy, memory = Policy(contributors=1, own_knowledge=1), Memory(10_000)
    known = flows(count_week, 60, seed=seed, groups=300, most=3)
    whole = suppress(known, policy, processes=1, kept=memory)
    every = dict(memory.pieces)
    for kept in range(0, len(every), max(len(every) // 3, 1)):
        memory.pieces = {number: piece for number, piece in every.items() if number < kept}
        assert same(suppress(known, policy, processes=1, kept=memory), whole)
        assert memory.pieces == every


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Policy(contributors=1), Policy(contributors=1, own_knowledge=1)),
        (Policy(contributors=1, own_knowledge=1), Policy(contributors=1, own_knowledge=2)),
        (Policy(contributors=1), Policy(contributors=1, hide_grand_total=False)),
    ],
)
def test_who_must_learn_nothing_is_part_of_what_a_search_is(known: System, before: Policy, after: Policy) -> None:
    memory = Memory(10_000)
    suppress(known, before, processes=1, kept=memory)
    assert same(suppress(known, after, processes=1, kept=memory), suppress(known, after, processes=1))


def test_so_is_who_contributes(known: System, count_week: CountWeek) -> None:
    policy, memory = Policy(contributors=1, own_knowledge=1), Memory(10_000)
    suppress(known, policy, processes=1, kept=memory)
    others = flows(count_week, contributors=30)
    assert same(suppress(others, policy, processes=1, kept=memory), suppress(others, policy, processes=1))


@pytest.mark.usefixtures("at_once")
def test_two_processes_go_on_where_one_ended(system: System, whole: Suppression) -> None:
    memory = Memory(3)
    with pytest.raises(Ended):
        suppress(system, POLICY, processes=1, kept=memory)
    memory.most = 10_000
    assert np.array_equal(suppress(system, POLICY, processes=2, kept=memory).hidden, whole.hidden)


def test_what_was_kept_of_a_search_under_another_policy_is_not_taken(system: System) -> None:
    memory = Memory(10_000)
    suppress(system, POLICY, processes=1, kept=memory)
    stricter = Policy(contributors=1, threshold=7)
    found = suppress(system, stricter, processes=1, kept=memory)
    assert np.array_equal(found.hidden, suppress(system, stricter, processes=1).hidden)
