"""Weeks, months and years that an officer asked to have protected: done once, by whichever worker comes first.

A task names an operation and a period, and nothing else; whoever takes it counts from the sealed fact blocks. What its search
finds is kept sealed, so that another worker goes on where one ended, and others that come meanwhile search with it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial

from sqlalchemy.orm import Session

from anonymizer import asking
from anonymizer.weeks import PeriodNotProtected
from app.program import Program
from app.releases.release_period import Search, protect_period, require_protecting, search_along
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


def protect_asked(program: Program, operation: str, period: Period, call: Callable[[], None] | None = None) -> bool:
    """Protect a period that was asked for, under the name of who asked; False where nobody did, or another does it.

    While another is at it, its search is shared. `call` sends for one more who may help, where that takes long; each who comes
    calls again. Whoever has helped to the end takes the period where its worker has ended. Raises what protecting raises, after
    keeping its code for the officer.
    """
    alone = _protect(program, operation, period, call)
    return alone or (_helped(program, operation, period, call) and _protect(program, operation, period, None))


def _protect(program: Program, operation: str, period: Period, call: Callable[[], None] | None) -> bool:
    transaction = partial(_transaction, program, operation)
    with transaction() as session:
        asked = asking.take_asked(session, operation, period)
        if asked is None:
            return False
        try:
            with asking.SealedPieces.own(transaction, program.ring, asked, call) as kept:
                search = Search(_Told(transaction, asked), kept)
                protect_period(program, operation, period, actor=asked.asked_by, search=search)
        except Problem as problem:
            with transaction() as other:
                asking.tell_of_asked(other, asked, failed=problem.code)
            raise
        asking.done_with(session, asked)
    return True


def _helped(program: Program, operation: str, period: Period, call: Callable[[], None] | None) -> bool:
    """Whether there was somebody to search with."""
    transaction = partial(_transaction, program, operation)
    with transaction() as session:
        asked = asking.find_asked(session, operation, period)
    if asked is None:
        return False
    with asking.SealedPieces.help_with(transaction, program.ring, asked, call) as kept, suppress(PeriodNotProtected):
        search_along(program, operation, period, actor=asked.asked_by, kept=kept)
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
