"""A search worker for each operation, kept by the program that serves: what the embedded default needs.

A worker that dies is started again, after a pause that grows while it goes on dying: a fault that lasts must not keep the
machine busy, and a chance one must not cost the day's searches.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from threading import Thread
from time import monotonic
from typing import Final

import psycopg
from sqlalchemy import select

from app.program import Program
from core.database import Zone
from core.models import Operation
from core.postgres.hearing import hearing

__all__ = ["next_pause", "searching"]

log = logging.getLogger(__name__)
CHANNEL: Final = "waystation_operation"
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 300.0


@contextmanager
def searching(program: Program) -> Iterator[None]:
    """While the block runs, a search worker for each operation there is, and for each that is added.

    They end with this process, however it ends: their standard input closes.
    """
    ended, end = os.pipe()
    with hearing(program.database, CHANNEL) as added:
        keeper = Thread(target=_keep, args=(program, added, ended), name="search workers")
        keeper.start()
        try:
            yield
        finally:
            os.close(end)
            keeper.join()
            os.close(ended)


def next_pause(last: float, lived: float) -> float:
    """How many seconds to wait before a worker that lived for so long is started again; `last` is the pause before this one.

    Twice as long each time, five minutes at most; from the beginning once it has lived longer than that.
    """
    return FIRST_PAUSE_SECONDS if not last or lived > LONGEST_PAUSE_SECONDS else min(2 * last, LONGEST_PAUSE_SECONDS)


@dataclass
class _Worker:
    """The process that holds one operation's names; while it is not there, `due` is when it is started."""

    operation: str
    due: float = field(default_factory=monotonic)
    _pause: float = 0.0
    _process: "subprocess.Popen[bytes] | None" = None
    _gone: int = -1  # a file descriptor of the process, ready once it has ended

    @property
    def waited_for(self) -> list[int]:
        return [self._gone] if self._process else []

    def start_if_due(self) -> None:
        if self._process is None and self.due <= monotonic():
            command = [sys.executable, "-m", "app.cli", "search", "serve", self.operation, "--until-input-ends"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self._gone, self.due = os.pidfd_open(self._process.pid), monotonic()

    def plan_anew(self) -> None:
        """It has died: when to start it again, and a line that says so."""
        self._pause = next_pause(self._pause, monotonic() - self.due)
        status = self.end()
        self.due = monotonic() + self._pause
        told = "the search worker of %s ended with status %s; it is started again in %.0f s"
        log.warning(told, self.operation, status, self._pause)

    def end(self) -> int | None:
        """Close its standard input, by which it ends, and wait."""
        process, self._process = self._process, None
        if process is None:
            return None
        os.close(self._gone)
        with process:
            pass
        return process.returncode


def _keep(program: Program, added: "psycopg.Connection[tuple[object, ...]]", ended: int) -> None:
    workers = dict[str, _Worker]()
    try:
        while True:
            for code in _operations(program) - {*workers}:
                workers[code] = _Worker(code)
            for worker in workers.values():
                worker.start_if_due()
            gone = {descriptor: worker for worker in workers.values() for descriptor in worker.waited_for}
            ready = wait([added.fileno(), ended, *gone], _seconds_left(workers.values()))
            if ended in ready:
                return
            for descriptor in gone.keys() & {*ready}:
                gone[descriptor].plan_anew()
            list(added.notifies(timeout=0))  # which one was added is looked up
    finally:
        for worker in workers.values():
            worker.end()


def _seconds_left(workers: Iterable[_Worker]) -> float | None:
    """Until the next worker is to be started again; None where all of them live."""
    due = [worker.due for worker in workers if not worker.waited_for]
    return max(0.0, min(due) - monotonic()) if due else None


def _operations(program: Program) -> set[str]:
    with program.database.transaction(Zone.COLLECTION) as session:
        return set(session.scalars(select(Operation.code)))
