"""The search worker: a process of its own that holds one operation's names in memory and answers on a unix socket.

It reads the names when it starts, and hears from the database of every person that is added, corrected, erased or moved to
other hands (`NOTIFY waystation_person`, ids only). Who may connect is decided by the socket's mode, 0600; the caller has
settled by then what the account may see, and says so in the question.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy import select

from app.program import Program
from casework.search import NameIndex, read_all_names, read_names, read_question, write_answer
from core.database import Database, Zone
from core.models import Operation

__all__ = ["searching", "serve_names"]

ACTOR: Final = "search worker"
CHANNEL: Final = "waystation_person"
PATIENCE_SECONDS: Final = 2
MOST_BYTES: Final = 16_000_000


def serve_names(program: Program, operation: str, started: Callable[[int], None], end: Sequence[int] = ()) -> None:
    """Answer until interrupted, or until one of the file descriptors `end` is closed at its other side.

    `started` is told how many names are held, once questions are answered.
    """
    path = program.settings.search_socket(operation)
    with _changes(program.database) as changes:  # listened to before the names are read: nothing falls between
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=ACTOR) as session:
            index = NameIndex(read_all_names(session, program.ring, operation))
        with _listening(path) as door:
            started(len(index))
            while True:
                ready = wait([door, changes.fileno(), *end])
                _catch_up(program, operation, index, changes)
                if any(descriptor in ready for descriptor in end):
                    return
                if door in ready:
                    _answer(door, index)


@contextmanager
def searching(program: Program) -> Iterator[None]:
    """While the block runs, a search worker for each operation there is: what the embedded default needs.

    They end with this process, however it ends: their standard input closes.
    """
    with program.database.transaction(Zone.COLLECTION) as session:
        operations = session.scalars(select(Operation.code)).all()
    with ExitStack() as stack:
        for code in operations:
            command = [sys.executable, "-m", "app.cli", "search", "serve", code, "--until-input-ends"]
            worker = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL))
            stack.callback(worker.stdin.close if worker.stdin else worker.terminate)
        yield


@contextmanager
def _changes(database: Database) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection that hears of changed persons; the notices that arrived are read from it without waiting."""
    pooled = database.engine.raw_connection()
    connection = pooled.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the database is not reached by psycopg")
    pooled.detach()  # ours to close
    with connection:
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


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


def _catch_up(program: Program, operation: str, index: NameIndex, changes: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Bring the index to what was committed; who is not read again is no longer there."""
    notices = (notice.payload.split(" ") for notice in changes.notifies(timeout=0))
    changed = {UUID(person) for code, *persons in notices if code == operation for person in persons}
    if not changed:
        return
    for person in changed:
        index.remove(person)
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=ACTOR) as session:
        for held in read_names(session, program.ring, operation, changed):
            index.put(held)


def _answer(door: socket.socket, index: NameIndex) -> None:
    """One question, one answer; who asks nothing, or something else, is left without one."""
    asking, _ = door.accept()
    with Connection(asking.detach()) as line, suppress(OSError, EOFError, ValueError, TypeError):
        if line.poll(PATIENCE_SECONDS):
            line.send_bytes(write_answer(index.search(read_question(line.recv_bytes(MOST_BYTES)))))
