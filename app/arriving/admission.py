"""Admit all that waits in an operation, batch by batch, each batch a transaction of its own.

Where much waits, movement reports are admitted by as many processes as there are processors: none depends on another. Each
process has connections of its own and takes what no other has taken; what one leaves that dies is taken by others.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Final

import casework
import ingest
from app.program import Program
from core.database import Zone
from core.processes.forked_work import ForkedWork, processors

__all__ = ["admit_arrived", "admit_batches"]

BATCH: Final = 500
MANY: Final = 3 * BATCH  # are worth another process


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
    yield from _admit_reports_beside(program, operation, actor)
    while True:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            count = casework.admit_awaiting(session, program.ring, operation, limit=BATCH)
        if count.total == 0:
            return
        yield count


def _admit_reports_beside(program: Program, operation: str, actor: str) -> Iterator[casework.AdmissionCount]:
    beside = processors() - 1
    forms = _forms_of_many(program, operation, actor) if beside > 0 else []
    if not forms:
        return
    workers = [ForkedWork(partial(_admit_apart, program, operation, actor, forms)) for _ in range(beside)]
    try:
        yield from _admit_reports(program, operation, actor, forms)
        for worker in workers:
            yield from worker.made() or ()
    finally:
        for worker in workers:
            worker.end()


def _forms_of_many(program: Program, operation: str, actor: str) -> list[tuple[str, str]]:
    """The forms of movement reports, where so much waits that several are to be at it."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        if len(ingest.awaiting_submissions(session, operation, MANY)) < MANY:
            return []
        return casework.report_forms(session, operation)


def _admit_apart(
    program: Program, operation: str, actor: str, forms: Collection[tuple[str, str]]
) -> list[casework.AdmissionCount]:
    with program.apart() as apart:
        return list(_admit_reports(apart, operation, actor, forms))


def _admit_reports(
    program: Program, operation: str, actor: str, forms: Collection[tuple[str, str]]
) -> Iterator[casework.AdmissionCount]:
    """Until none is left that nobody has taken."""
    while True:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            count = casework.admit_lone_reports(session, program.ring, operation, forms, limit=BATCH)
        if count.total == 0:
            return
        yield count


def _open_encrypted(program: Program, operation: str, *, actor: str, again: bool) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        unopened = ingest.unopened_submissions(session, operation, again=again)
    for submission in unopened:
        with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            ingest.open_encrypted(session, program.ring, submission)
