"""The search worker: a process of its own that holds one operation's names in memory and answers on a unix socket.

It reads the names when it starts, and hears from the database of every person that is added, corrected, restricted, erased or
moved to other hands (`NOTIFY waystation_person`, ids only). When the next restriction begins or ends by itself it knows, and
waits no longer. Who may connect is decided by the socket's mode, 0600; the caller has settled by then what the account may see,
and says so in the question.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from app.program import Program
from casework.search import (
    NameIndex,
    read_all_names,
    read_names,
    read_question,
    restrictions_turned,
    write_answer,
)
from core.database import Zone
from core.postgres.hearing import hearing

__all__ = ["serve_names"]

ACTOR: Final = "search worker"
CHANNEL: Final = "waystation_person"
LONGEST_WAIT_SECONDS: Final = 3600.0
PATIENCE_SECONDS: Final = 2
MOST_BYTES: Final = 16_000_000


class _Held:
    """The names in memory, up to what was committed and to what restrictions allow at this moment."""

    def __init__(self, program: Program, operation: str) -> None:
        self._program = program
        self._operation = operation
        with self._reading() as session:
            self._look(session)
            self.index = NameIndex(read_all_names(session, program.ring, operation))

    @property
    def seconds_left(self) -> float:
        """Until restrictions are to be looked at again."""
        return max(0.0, self._due - time.monotonic())

    def catch_up(self, changes: "psycopg.Connection[tuple[object, ...]]") -> None:
        """Who is not read again is no longer there, or must not be used."""
        notices = (notice.payload.split(" ") for notice in changes.notifies(timeout=0))
        changed = {UUID(person) for code, *persons in notices if code == self._operation for person in persons}
        if not changed and self.seconds_left:
            return
        with self._reading() as session:
            changed |= self._look(session, self._looked_at)
            for person in changed:
                self.index.remove(person)
            for held in read_names(session, self._program.ring, self._operation, changed) if changed else ():
                self.index.put(held)

    def _reading(self) -> AbstractContextManager[Session]:
        return self._program.database.transaction(Zone.CASEWORK, operation=self._operation, actor=ACTOR)

    def _look(self, session: Session, after: datetime | None = None) -> frozenset[UUID]:
        """Whose restriction began or ended; and when to look again, by this machine's clock, which is not the database's."""
        asked, turned = time.monotonic(), restrictions_turned(session, self._operation, after)
        seconds = LONGEST_WAIT_SECONDS if turned.next_in is None else min(turned.next_in, LONGEST_WAIT_SECONDS)
        self._looked_at, self._due = turned.at, asked + seconds
        return turned.persons


def serve_names(program: Program, operation: str, started: Callable[[int], None], end: Sequence[int] = ()) -> None:
    """Answer until interrupted, or until one of the file descriptors `end` is closed at its other side.

    `started` is told how many names are held, once questions are answered.
    """
    path = program.settings.search_socket(operation)
    with hearing(program.database, CHANNEL) as changes:  # heard of before the names are read: nothing falls between
        held = _Held(program, operation)
        with _listening(path) as door:
            started(len(held.index))
            while True:
                ready = wait([door, changes.fileno(), *end], held.seconds_left)
                held.catch_up(changes)
                if any(descriptor in ready for descriptor in end):
                    return
                if door in ready:
                    _answer(door, held.index)


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket at `path` that its owner alone can open; an older worker's place is taken."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        before = os.umask(0o177)
        try:
            door.bind(str(path))
        finally:
            os.umask(before)
        door.listen()
        yield door
        path.unlink(missing_ok=True)


def _answer(door: socket.socket, index: NameIndex) -> None:
    """One question, one answer; who asks nothing, or something else, is left without one."""
    asking, _ = door.accept()
    with Connection(asking.detach()) as line, suppress(OSError, EOFError, ValueError, TypeError):
        if line.poll(PATIENCE_SECONDS):
            line.send_bytes(write_answer(index.search(read_question(line.recv_bytes(MOST_BYTES)))))
