"""Work on parts of one thing, in processes side by side: they share nothing but what they were born with.

Processes are forked, so they look at the thing as it stands without its being sent; only what they find travels back. The
parts are given, so what is found is the same with one process or many, and whether it was worth starting them.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import monotonic
from typing import TypeVar

from core.processes.forked_work import may_fork

__all__ = ["side_by_side"]

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
    alone, done, spent = processes == 1 or not may_fork(), 0, 0.0
    while done < len(parts) and (alone or spent / max(done, 1) * (len(parts) - done) < ALONE_SECONDS):
        begun = monotonic()
        found = work(thing, parts[done])
        spent, done = spent + monotonic() - begun, done + 1
        yield found
    yield from _in_processes(work, thing, parts[done:], processes or len(os.sched_getaffinity(0)))


def _in_processes(work: Callable[[Thing, Part], Found], thing: Thing, parts: Sequence[Part], processes: int) -> Iterator[Found]:
    if min(processes, len(parts)) < 2:
        yield from map(partial(work, thing), parts)
        return
    _shared.append(thing)
    try:
        with ProcessPoolExecutor(min(processes, len(parts)), multiprocessing.get_context("fork")) as pool:
            yield from pool.map(partial(_on_shared, work), parts)
    finally:
        _shared.pop()


def _on_shared(work: Callable[[Thing, Part], Found], part: Part) -> Found:
    return work(_shared[-1], part)  # type: ignore[arg-type]
