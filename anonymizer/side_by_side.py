"""Work on parts of one thing, in processes side by side: they share nothing but what they were born with.

Processes are forked, so they look at the thing as it stands without its being sent; only what they find travels back. The
parts are given, so what is found is the same with one process or many.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from core.forked_work import may_fork

__all__ = ["side_by_side"]

Thing = TypeVar("Thing")
Part = TypeVar("Part")
Found = TypeVar("Found")

_shared: list[object] = []
"""What a process that was just started looks at: it has it by fork."""


def side_by_side(
    work: Callable[[Thing, Part], Found], thing: Thing, parts: Sequence[Part], processes: int = 0
) -> Iterator[Found]:
    """What `work` finds in each part of a thing, in the order of the parts; it must leave the thing as it is.

    `processes` 0 takes as many as there are processors.
    """
    workers = min(processes or len(os.sched_getaffinity(0)), len(parts))
    if workers < 2 or not may_fork():
        yield from map(partial(work, thing), parts)
        return
    _shared.append(thing)
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            yield from pool.map(partial(_on_shared, work), parts)
    finally:
        _shared.pop()


def _on_shared(work: Callable[[Thing, Part], Found], part: Part) -> Found:
    return work(_shared[-1], part)  # type: ignore[arg-type]
