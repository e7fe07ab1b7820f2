"""A process beside this one that lives on: it is given one piece of work after another, of one kind, and gives back what it
makes of each, one thing or several, each as soon as it is made.

It is forked, so it has what this process holds (the key ring above all) without being sent it; the pieces themselves travel
through a pair of sockets without a name, which is memory of the kernel and in no file system. To be born costs a process half
as much again as reading, writing anew and sealing a page of records does; what it is given costs it a tenth.
"""

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final, Generic, TypeVar

__all__ = ["ForkedHand"]

Given = TypeVar("Given")
Made = TypeVar("Made")
BROKEN: Final = (EOFError, OSError)


class ForkedHand(Generic[Given, Made]):
    """One that does `work`; to be forked only where `core.processes.forked_work.may_fork` says so, and to be ended in any case.

    The work must leave alone what this process has open, the database above all.
    """

    def __init__(self, work: Callable[[Given], Iterator[Made]]) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_do_each, args=(work, there, self._pipe), daemon=True)
        self._process.start()
        there.close()

    @property
    def lives(self) -> bool:
        """Whether it can be given more."""
        return not self._pipe.closed

    def give(self, piece: Given) -> None:
        """The next piece, once all that was made of the one before it has been taken back. Whoever has died takes nothing."""
        with suppress(*BROKEN):
            self._pipe.send(piece)

    def made(self) -> Made | None:
        """What came of the piece next, as often as the work gives something; None, and nothing after it, where the work failed
        or the process has died."""
        try:
            made: Made | None = self._pipe.recv()
        except BROKEN:
            made = None
            self.end()
        return made

    def end(self) -> None:
        """Nobody gives it anything any more."""
        if self.lives:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._process.close()


def _do_each(work: Callable[[Given], Iterator[Made]], pipe: Connection, of_the_other_end: Connection) -> None:
    gc.freeze()  # a search for garbage would copy all memory that the two still share
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    of_the_other_end.close()
    with suppress(*BROKEN):  # nobody is there any more
        while True:
            for made in _made(work, pipe.recv()):
                pipe.send(made)


def _made(work: Callable[[Given], Iterator[Made]], piece: Given) -> Iterator[Made | None]:
    try:
        yield from work(piece)
    except Exception:  # noqa: BLE001  (a traceback would quote what it was about)
        yield None
