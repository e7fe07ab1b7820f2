"""Weeks, months and years that an officer asked to have protected: done once, by whichever worker comes first.

A task names an operation and a period, and nothing else; whoever takes it counts from the sealed fact blocks. What its search
finds is kept sealed, so that another worker goes on where one ended.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from sqlalchemy.orm import Session

from anonymizer import asking
from app.program import Program
from app.releases.release_period import Search, protect_period, require_protecting
from core.access import UNASSIGNED, Access, require
from core.database import Zone
from core.errors import Problem
from core.periods.period import Period
from core.permissions import Right

__all__ = ["ask_as", "asked_as", "protect_asked", "waiting_periods"]


def ask_as(program: Program, access: Access, period: Period) -> None:
    """Ask, as an officer, for a period to be protected; raises `NotAllowed` or `PeriodNotOver`."""
    require_protecting(program, access, period)
    with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
        asking.ask_for(session, access.operation, period, by=access.actor)


def asked_as(program: Program, access: Access) -> list[asking.Asked]:
    """What was asked for in an operation and is not protected yet, for an officer to see; raises `NotAllowed`."""
    with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
        require(session, Right.PROTECT_WEEK, UNASSIGNED, subject="anonymizer.asked_period")
        return asking.asked_periods(session, access.operation)


def waiting_periods(program: Program, operation: str) -> list[Period]:
    """The periods that were asked for and have not failed."""
    with _transaction(program, operation) as session:
        return [asked.period for asked in asking.asked_periods(session, operation) if not asked.failed]


def protect_asked(program: Program, operation: str, period: Period) -> bool:
    """Protect a period that was asked for, under the name of who asked; False where nobody did, or another is at it.

    Raises what protecting raises, after keeping its code for the officer.
    """
    transaction = partial(_transaction, program, operation)
    with transaction() as session:
        asked = asking.take_asked(session, operation, period)
        if asked is None:
            return False
        search = Search(_Told(transaction, asked), asking.SealedPieces(transaction, program.ring, asked))
        try:
            protect_period(program, operation, period, actor=asked.asked_by, search=search)
        except Problem as problem:
            with transaction() as other:
                asking.tell_of_asked(other, asked, failed=problem.code)
            raise
        asking.done_with(session, asked)
    return True


class _Told:
    """Writes down how far a search is, whenever another hundredth of its goals is met."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]], asked: asking.Asked) -> None:
        self._transaction, self._asked, self._hundredths = transaction, asked, -1

    def __call__(self, met: int, goals: int) -> None:
        hundredths = 100 * met // max(goals, 1)
        if hundredths != self._hundredths:
            self._hundredths = hundredths
            with self._transaction() as session:
                asking.tell_of_asked(session, self._asked, met=met, goals=goals)


def _transaction(program: Program, operation: str) -> AbstractContextManager[Session]:
    return program.database.transaction(Zone.ANONYMIZER, operation=operation, actor="worker")
