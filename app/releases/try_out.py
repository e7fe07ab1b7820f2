"""What an officer asked to have tried: done once, choice by choice, by whichever worker comes first, or by this process.

What comes of a choice is written down before the next is tried, so whoever ends in between leaves the rest to another. How far
it is is told meanwhile, and somebody who asks anew ends it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from anonymizer import trials
from app.program import Program
from app.releases.case_facts import fresh_case_facts
from core.access import Access
from core.audit import Purpose
from core.database import Zone

__all__ = ["try_asked", "try_out", "waiting_trials"]


Told = Callable[[int], None]
"""How many hundredths of a choice are done."""

Transaction = Callable[[], AbstractContextManager[Session]]


def try_out(program: Program, access: Access, trial: UUID, told: Told | None = None) -> Iterator[trials.Trial]:
    """The trial after each choice; ends early where somebody asked anew meanwhile, or another is at it. Raises `NotAllowed`."""
    transaction = partial(program.database.transaction, Zone.ANONYMIZER, access=access)
    with transaction() as held:
        if not trials.take_trial(held, trial):
            return
        with transaction() as session:
            asked = trials.find_trial(session, trial)
            weeks = trials.weeks_to_read(session, asked) if asked else []
        for week in weeks:
            fresh_case_facts(program, access.operation, week, actor=access.actor)
        while (after := _next(program, transaction, trial, told)) is not None:
            yield after


def try_asked(program: Program, operation: str, trial: UUID) -> None:
    """The same to its end, under the name of who asked."""
    with program.database.transaction(Zone.ANONYMIZER, operation=operation) as session:
        asked = trials.find_trial(session, trial)
    if asked:
        deque(try_out(program, Access.of_system(asked.asked_by, operation), trial), maxlen=0)


def waiting_trials(program: Program, operation: str) -> list[UUID]:
    """The trials of which something is left to try."""
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor="worker") as session:
        return trials.unfinished_trials(session)


class _AskedAnew(Exception):
    """Nobody waits for what is being tried any more."""


def _next(program: Program, transaction: Transaction, trial: UUID, told: Told | None) -> trials.Trial | None:
    """Nothing is held while the choice is tried: erasures, and who protects, need not wait for it."""

    def tell(hundredths: int) -> None:
        with transaction() as beside:
            if not trials.tell_of_trial(beside, trial, hundredths):
                raise _AskedAnew
        if told:
            told(hundredths)

    with transaction() as session:
        opened = trials.open_choice(session, program.ring, trial, purpose=Purpose.STATISTICS)
    if opened is None:
        return None
    with suppress(_AskedAnew):
        outcome = opened.outcome(tell)
        with transaction() as session:
            return trials.keep_outcome(session, trial, outcome)
    return None
