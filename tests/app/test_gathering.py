"""What comes while work is being done is done together next; the work here waits for the test, so nothing is left to chance."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.web.phones.gathering import Gathering


class Work:
    """Work that begins when it is let go, and remembers what it was given together."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.groups: list[Sequence[str]] = []

    def __call__(self, items: Sequence[str]) -> Sequence[str]:
        self.groups.append(items)
        self.begun.release()
        self.go.acquire()
        if "bad" in items:
            raise ValueError
        return [item.upper() for item in items]


async def gathered(work: Work, most: int, first: str, later: Sequence[str], *, hangs_up: str = "") -> list[object]:
    """The results: the first one is being worked on when the others come, and one of those may hang up."""
    gathering = Gathering(work, most)
    tasks = [asyncio.create_task(gathering.add(first))]
    await asyncio.to_thread(work.begun.acquire)
    tasks += [asyncio.create_task(gathering.add(item)) for item in later]
    await asyncio.sleep(0)  # all of them are queued now
    for task, item in zip(tasks[1:], later, strict=True):
        if item == hangs_up:
            task.cancel()
    work.go.release(1 + len(later))
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_a_lone_one_waits_for_nobody_and_those_that_come_meanwhile_go_together() -> None:
    work = Work()
    assert asyncio.run(gathered(work, 8, "a", ["b", "c", "d"])) == ["A", "B", "C", "D"]
    assert work.groups == [["a"], ["b", "c", "d"]]


def test_no_more_go_together_than_may() -> None:
    work = Work()
    assert asyncio.run(gathered(work, 2, "a", ["b", "c", "d"])) == ["A", "B", "C", "D"]
    assert work.groups == [["a"], ["b", "c"], ["d"]]


def test_of_many_that_wait_half_go() -> None:
    """The other half is worked on while these are answered and come again."""
    work, later = Work(), [str(number) for number in range(20)]
    asyncio.run(gathered(work, 64, "a", later))
    assert list(map(len, work.groups)) == [1, 10, 8, 2]


def test_what_fails_fails_for_those_who_went_with_it_and_for_nobody_after_them() -> None:
    work = Work()
    a, b, bad, d = asyncio.run(gathered(work, 2, "a", ["b", "bad", "d"]))
    assert (a, d) == ("A", "D")
    assert [type(b), type(bad)] == [ValueError, ValueError]


@pytest.mark.parametrize("most", [1, 8])
def test_who_hangs_up_holds_up_nobody(most: int) -> None:
    a, b, c = asyncio.run(gathered(Work(), most, "a", ["b", "c"], hangs_up="b"))
    assert (a, c) == ("A", "C")
    assert isinstance(b, asyncio.CancelledError)
