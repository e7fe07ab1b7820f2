"""Rows are folded by processes beside this one, which lays them into memory that all of them see.

This memory, some trays of it, is of one call: it is mapped before the processes are forked, so that a row is written once and
read where it lies. Through a pipe it would be copied again and again.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from mmap import mmap
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext
from multiprocessing.queues import SimpleQueue
from typing import Any, Final, TypeVar

from core.errors import Problem

__all__ = ["Tray", "fold_beside"]

Tray = tuple[mmap | bytes, int]  # rows one after the other, and where they end; what follows there is nothing
T = TypeVar("T")
Fold = Callable[[Iterator[Tray]], T]

TRAY_BYTES: Final = 1024 * 1024
MARGIN: Final = 1024  # that may be read past the end, by whoever reads at once what every row begins with
LOOK_SECONDS: Final = 1  # after which is looked whether a process has died, for nobody tells


def fold_beside(rows: Iterable[memoryview], fold: Fold[T], processes: int) -> Iterator[T]:
    """What `fold` makes of the rows that each process is given; and of each row that is larger than a tray, made here.

    With `processes` 0, or where this process may have none beside it, it folds all of them itself. The fold is forked with
    the processes and so is never written anywhere; what it makes, and any `Problem` that it raises, is sent back.
    """
    if not processes or multiprocessing.current_process().daemon:  # a daemon may have no children
        alone = [_new_tray()]
        yield fold((content or alone[number], end) for number, content, end in _laid_out(rows, alone, repeat(0)))
        return
    desk = _Desk.of(multiprocessing.get_context("fork"), 2 * processes + 2, fold)
    with ProcessPoolExecutor(processes, desk.context, _sit_down, (desk,)) as pool:
        at_work = [pool.submit(_fold_what_comes) for _ in range(processes)]
        try:
            for number, content, end in _laid_out(rows, desk.trays, _free(desk, at_work)):
                if content:
                    yield fold(iter([(content, end)]))
                else:
                    desk.laid_out.put((number, end))
        finally:
            for _ in at_work:
                desk.laid_out.put(None)
        for each in at_work:
            yield _settled(each.result())


@dataclass(frozen=True)
class _Desk:
    """What this process and those beside it share: trays go over it by number, laid out one way and empty the other."""

    context: ForkContext
    fold: Fold[Any]
    trays: Sequence[mmap]
    laid_out: "SimpleQueue[tuple[int, int] | None]"
    emptied: Connection  # what goes this way is so short that several may write at once: a number, or of who leaves nothing
    give_back: Connection

    @classmethod
    def of(cls, context: ForkContext, trays: int, fold: Fold[Any]) -> "_Desk":
        return cls(context, fold, [_new_tray() for _ in range(trays)], context.SimpleQueue(), *context.Pipe(duplex=False))


def _new_tray() -> mmap:
    return mmap(-1, TRAY_BYTES + MARGIN)


def _laid_out(rows: Iterable[memoryview], trays: Sequence[mmap], free: Iterator[int]) -> Iterator[tuple[int, bytes, int]]:
    """Trays as they are full, by number, each with where its rows end; a row that is larger than a tray comes itself.

    Ends with the rows, or when there is no tray free any more.
    """
    number, end = next(free), 0
    tray = trays[number]
    for row in rows:
        size = len(row)
        if end + size > TRAY_BYTES:
            if size > TRAY_BYTES:
                yield number, bytes(row) + bytes(MARGIN), size
                continue
            yield number, b"", end
            if (number := next(free, -1)) < 0:
                return
            tray, end = trays[number], 0
        tray[end : end + size] = row
        end += size
    yield number, b"", end


def _free(desk: _Desk, at_work: Sequence[Future[Any]]) -> Iterator[int]:
    """The numbers of free trays, for as long as nobody has left: they stay to the end, unless something was refused."""
    yield from range(len(desk.trays))
    while not any(each.done() for each in at_work):
        if desk.emptied.poll(LOOK_SECONDS):
            number = desk.emptied.recv_bytes()
            if not number:
                return
            yield int.from_bytes(number, "big")


_seat: list[_Desk] = []  # in a process of the pool: the desk that it works at


def _sit_down(desk: _Desk) -> None:
    _seat[:] = [desk]


def _fold_what_comes() -> tuple[Any, Any]:
    """What the fold makes; or the kind of a refusal and what it names, for refusals do not travel."""
    (desk,) = _seat
    trays = _handed_over(desk)
    try:
        folded = desk.fold(trays)
        for _ in trays:  # who has seen enough stays all the same: who leaves stops the others
            pass
    except Problem as refusal:
        return type(refusal), refusal.where
    finally:
        desk.give_back.send_bytes(b"")
    return None, folded


def _handed_over(desk: _Desk) -> Iterator[Tray]:
    while (tray := desk.laid_out.get()) is not None:
        number, end = tray
        yield desk.trays[number], end
        desk.give_back.send_bytes(number.to_bytes(4, "big"))


def _settled(answer: tuple[Any, Any]) -> Any:
    kind, content = answer
    if kind:
        raise kind(**content)
    return content
