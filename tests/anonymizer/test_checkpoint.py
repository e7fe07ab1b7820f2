"""A search that is ended at any point goes on from the pieces that were kept, and ends as if it had not been ended."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from anonymizer import TOTAL, CountedWeek, Dimension, Policy
from anonymizer.suppression import Suppression, System, build_system, suppress

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

    def read(self, number: int) -> bytes | None:
        return self.pieces.get(number)

    def keep(self, number: int, piece: bytes) -> None:
        if self.added == self.most:
            raise Ended
        assert number not in self.pieces
        self.pieces[number] = piece
        self.added += 1


@pytest.fixture(scope="module")
def system(count_week: Callable[..., CountedWeek]) -> System:
    """Districts of three regions, most of which exchange few persons."""
    chance = random.Random(5)
    codes = [code for code in PLACES if "D" in code]
    told = [
        [
            (
                {
                    "origin": chance.choice(codes),
                    "destination": min(chance.choices(codes, k=2)),
                    "reason": chance.choice(["flood", "conflict"]),
                },
                1,
            )
        ]
        for _ in range(500)
    ]
    return build_system(count_week({"flows": (ORIGIN, DESTINATION, REASON)}, told).tables)


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
    assert np.array_equal(found.hidden, whole.hidden)
    assert [other.cells.tolist() for other in found.alternatives] == [other.cells.tolist() for other in whole.alternatives]
    assert [other.persons.tolist() for other in found.alternatives] == [other.persons.tolist() for other in whole.alternatives]


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
