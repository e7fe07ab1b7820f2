"""Batches of files on their way: while one is written the next is read and looked at, by a process beside this one or, where
there can be none, by a thread.

The process is forked when the first batch was full, and lives to the end of the file (`core.processes.forked_hand`): it goes on
reading where this one stopped, which does not touch the file any more. Forms are looked up here, and sent.
"""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeAlias

from core.errors import Problem
from core.processes.forked_hand import ForkedHand
from forms import FormDefinition
from ingest.from_files import Batch, FormAsked, Reading, ReadingEnded, Step, is_full

__all__ = ["batches_ahead"]

FormsFound: TypeAlias = Mapping[FormAsked, FormDefinition | None]


def batches_ahead(
    reading: Reading, find: Callable[[FormAsked], FormDefinition | None], *, fork: bool
) -> Generator[Batch, None, None]:
    """In their order. What the file refuses is raised once the batches that came before it have been given; `ReadingEnded`
    where somebody has ended the process."""
    batch = _next(_Here(reading), find)
    beside: _Beside = ForkedHand(lambda forms: iter([reading(forms)])) if fork and is_full(batch) else _Thread(reading)
    try:
        while batch:
            beside.give({})
            yield batch
            batch = _taken(beside, find)
    finally:
        beside.end()


class _Beside(Protocol):
    def give(self, piece: FormsFound, /) -> None: ...

    def made(self) -> Step | None: ...

    def end(self) -> None: ...


class _Here:
    """Reads when it is asked."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._forms: FormsFound = {}

    def give(self, forms: FormsFound) -> None:
        self._forms = forms

    def made(self) -> Step:
        return self._reading(self._forms)

    def end(self) -> None:
        """There is nothing to end."""


class _Thread:
    """Reads while this one waits for the database."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._line = reading, ThreadPoolExecutor(1)
        self._coming: Future[Step] = Future()

    def give(self, forms: FormsFound) -> None:
        self._coming = self._line.submit(self._reading, forms)

    def made(self) -> Step:
        return self._coming.result()

    def end(self) -> None:
        self._line.shutdown()


def _next(beside: _Beside, find: Callable[[FormAsked], FormDefinition | None]) -> Batch:
    beside.give({})
    return _taken(beside, find)


def _taken(beside: _Beside, find: Callable[[FormAsked], FormDefinition | None]) -> Batch:
    """The batch that was begun, once all forms that it asks for are known there."""
    while isinstance(made := beside.made(), FormAsked):
        beside.give({made: find(made)})
    if made is None:
        raise ReadingEnded
    if isinstance(made, Problem):
        raise made
    return made
