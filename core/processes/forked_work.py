"""A piece of work that a process of its own does, forked for it, while this one goes on.

It has what this process holds (the records, the forms, the key ring) without being sent it, so nothing of that is written
anywhere. What it makes travels back through a pipe. Whether it does is never relied on: whoever began it can do it as well.
"""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from threading import current_thread, main_thread
from typing import Final, Generic, TypeVar

__all__ = ["ForkedWork", "may_fork", "may_have_children", "processors"]

Made = TypeVar("Made")
ENOUGH: Final = 2  # processors: on a single one another process only takes time


class ForkedWork(Generic[Made]):
    """`work` as it is being done; to be begun only where `may_fork` says so, and to be ended in any case.

    It must leave alone what this process has open, the database above all: of a lock that another thread held when it was
    forked, nobody would ever hear again.
    """

    def __init__(self, work: Callable[[], Made]) -> None:
        context = multiprocessing.get_context("fork")
        self._answer, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_do, args=(work, there, self._answer), daemon=True)
        self._process.start()
        there.close()

    def made(self) -> Made | None:
        """What came of it, once; None where it failed or the process has died."""
        try:
            made: Made | None = self._answer.recv()
        except (EOFError, OSError):
            made = None
        self.end()
        return made

    def end(self) -> None:
        """Nobody waits for it any more."""
        if not self._answer.closed:
            self._answer.close()
            self._process.kill()
            self._process.join()
            self._process.close()


def may_fork() -> bool:
    """Not from a daemon, which may have no children, and not from a thread: another's lock would never be free again."""
    return not multiprocessing.current_process().daemon and current_thread() is main_thread()


@contextmanager
def may_have_children() -> Iterator[None]:
    """Within, a process that is a daemon, as a worker of Celery is, may fork. Its children must end when it does
    (`core.processes.shut_in.end_with_parent`): whoever ends a daemon knows of none."""
    own = multiprocessing.current_process()
    before, own.daemon = own.daemon, False
    try:
        yield
    finally:
        own.daemon = before


def processors() -> int:
    """How many processes can be at work at once for this one; 0 where there is but one processor or it may not fork."""
    found = len(os.sched_getaffinity(0))
    return found if found >= ENOUGH and may_fork() else 0


def _do(work: Callable[[], Made], answer: Connection, of_the_other_end: Connection) -> None:
    gc.freeze()  # a search for garbage would copy all memory that the two still share
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    of_the_other_end.close()
    with suppress(Exception):  # a traceback would quote what it was about
        answer.send(work())
