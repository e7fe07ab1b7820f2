"""Admit all that waits in an operation, batch by batch, each batch a transaction of its own."""

from collections.abc import Iterator
from typing import Final

import casework
import ingest
from app.program import Program
from core.database import Zone

__all__ = ["admit_arrived", "admit_batches"]

BATCH: Final = 500


def admit_batches(program: Program, operation: str, *, actor: str, again: bool = False) -> Iterator[casework.AdmissionCount]:
    """What became of each batch, until nothing waits any more; encrypted answers are opened first, each for itself.

    With `again`, what casework set aside before is tried once more first: its cause may be mended by now.
    """
    _open_encrypted(program, operation, actor=actor, again=again)
    if again:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            yield casework.admit_again(session, program.ring, operation)
    yield from admit_arrived(program, operation, actor=actor)


def admit_arrived(program: Program, operation: str, *, actor: str) -> Iterator[casework.AdmissionCount]:
    """What became of each batch of what awaits admission, until nothing does."""
    while True:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            count = casework.admit_awaiting(session, program.ring, operation, limit=BATCH)
        if count.total == 0:
            return
        yield count


def _open_encrypted(program: Program, operation: str, *, actor: str, again: bool) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        unopened = ingest.unopened_submissions(session, operation, again=again)
    for submission in unopened:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            ingest.open_encrypted(session, program.ring, submission)
