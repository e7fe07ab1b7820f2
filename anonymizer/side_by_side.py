"""Work on parts of one thing, in processes side by side: they share nothing but what they were born with.

Processes are forked, so they look at the thing as it stands without its being sent; only what they find travels back. The
parts are given, so what is found is the same with one process or many, and whether it was worth starting them.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from time import monotonic
from typing import TypeVar

from core.processes.forked_work import may_fork
from core.processes.shut_in import end_with_parent

__all__ = ["as_found", "in_turn", "side_by_side"]

Thing = TypeVar("Thing")
Part = TypeVar("Part")
Found = TypeVar("Found")

ALONE_SECONDS = 0.2
"""Work that one process does alone: to start others costs a good part of it, more where much memory is held."""

_shared: list[object] = []
"""What a process that was just started looks at: it has it by fork."""


def side_by_side(
    work: Callable[[Thing, Part], Found], thing: Thing, parts: Sequence[Part], processes: int = 0
) -> Iterator[Found]:
    """What `work` finds in each part of a thing, in the order of the parts; it must leave the thing as it is.

    `processes` 0 takes as many as there are processors. None is started before the parts done show that much is left to do.
    """
    return in_turn(as_found(work, thing, enumerate(parts), len(parts), processes))


def in_turn(found: Iterator[tuple[int, Found]]) -> Iterator[Found]:
    """What was found by number, from 0 on, in the order of the numbers and as soon as that can be."""
    early, number = dict[int, Found](), 0
    for at, each in found:
        early[at] = each
        while number in early:
            yield early.pop(number)
            number += 1


def as_found(
    work: Callable[[Thing, Part], Found],
    thing: Thing,
    parts: Iterator[tuple[int, Part]],
    most: int,
    processes: int = 0,
) -> Iterator[tuple[int, Found]]:
    """The same with the number of each part, as it comes. Parts, at most so many, are asked for as processes are free."""
    alone, done, spent = processes == 1 or not may_fork(), 0, 0.0
    while alone or spent / max(done, 1) * (most - done) < ALONE_SECONDS:
        begun = monotonic()
        if (given := next(parts, None)) is None:
            return
        at, part = given
        found = work(thing, part)
        spent, done = spent + monotonic() - begun, done + 1
        yield at, found
    yield from _in_processes(work, thing, parts, min(processes or len(os.sched_getaffinity(0)), most - done))


def _in_processes(
    work: Callable[[Thing, Part], Found], thing: Thing, parts: Iterator[tuple[int, Part]], processes: int
) -> Iterator[tuple[int, Found]]:
    if processes < 2:
        yield from ((at, work(thing, part)) for at, part in parts)
        return
    _shared.append(thing)
    try:
        with ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), end_with_parent) as pool:
            at_work: dict[Future[Found], int] = {}
            for at, part in parts:
                at_work[pool.submit(_on_shared, work, part)] = at
                if len(at_work) == processes:
                    yield from _finished(at_work)
            while at_work:
                yield from _finished(at_work)
    finally:
        _shared.pop()


def _finished(at_work: dict[Future[Found], int]) -> Iterator[tuple[int, Found]]:
    for done in wait(at_work, return_when=FIRST_COMPLETED).done:
        yield at_work.pop(done), done.result()


def _on_shared(work: Callable[[Thing, Part], Found], part: Part) -> Found:
    return work(_shared[-1], part)  # type: ignore[arg-type]
