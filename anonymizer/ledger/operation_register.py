"""The register of an operation as lines of the database: one writer at a time, chained, its hashes in the audit log.

A line counts once the transaction of `held` is over. That the chain was cut short, or an old copy put back, shows by the audit
log, which holds the hash of every line.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.ledger.errors import LedgerUnfit
from anonymizer.models import RegisterRow
from anonymizer.register import DEPARTURE, Line, check_chain, next_line
from core.audit import Action, Purpose, record
from core.periods.week import NotAWeek, Week
from core.postgres.turns import take_turns

__all__ = ["HeldLines", "OperationRegister", "data_set_of", "hold", "read_lines"]

SUBJECT: Final = "anonymizer.register_line"


def data_set_of(operation: str) -> str:
    """What the register calls the people of an operation: all of them are one, so that no other name leads round it."""
    return operation


@dataclass(frozen=True)
class OperationRegister:
    """The register as the methods know one; `begin` opens a transaction of the operation in the anonymizer's zone."""

    operation: str
    begin: Callable[[], AbstractContextManager[Session]]

    @property
    def path(self) -> Path:
        """What refusals call it."""
        return _called(self.operation)

    def lines(self) -> list[Line]:
        """All lines. Raises `RegisterBroken`."""
        with self.begin() as session:
            return read_lines(session, self.operation)

    @contextmanager
    def held(self) -> Iterator["HeldLines"]:
        """The register with nobody else at it. Raises `RegisterBroken`."""
        with self.begin() as session:
            yield hold(session, self.operation)


@dataclass
class HeldLines:
    """The lines of an operation within a transaction that keeps others out."""

    session: Session
    operation: str
    lines: list[Line]

    def append(self, kind: str, says: Mapping[str, Any]) -> Line:
        """Add a line, and its hash to the audit log. Raises `LedgerUnfit` where methods could not meet in it."""
        _require_comparable(self.operation, kind, says)
        line = next_line(self.lines, kind, says)
        row = RegisterRow(operation=self.operation, number=line.number, at=line.at, kind=kind, says=dict(says), hash=line.hash)
        self.session.add(row)
        self.session.flush()
        detail = {"version": line.number, "sha256": line.hash}
        record(self.session, Action.REGISTERED, SUBJECT, purpose=Purpose.STATISTICS, detail=detail)
        self.lines.append(line)
        return line


def hold(session: Session, operation: str) -> HeldLines:
    """Keep others out until the transaction ends, and read all lines. Raises `RegisterBroken`."""
    name = f"anonymizer.register:{operation}"
    take_turns(session, name)
    return HeldLines(session, operation, read_lines(session, operation))


def read_lines(session: Session, operation: str) -> list[Line]:
    """All lines, each as it was written; raises `RegisterBroken`."""
    wanted = select(RegisterRow).where(RegisterRow.operation == operation).order_by(RegisterRow.number)
    rows = session.scalars(wanted, execution_options={"populate_existing": True})
    lines = [Line(row.number, row.hash, row.at, row.kind, row.says) for row in rows]
    check_chain(_called(operation), lines)
    return lines


def _called(operation: str) -> Path:
    return Path(f"register of {operation}")


def _require_comparable(operation: str, kind: str, says: Mapping[str, Any]) -> None:
    if says["data_set"] != data_set_of(operation):
        raise LedgerUnfit(operation=operation, reason=f"it speaks of {says['data_set']}")
    for period in says["periods"] if kind == DEPARTURE else ():
        try:
            Week.parse(period)
        except NotAWeek:
            raise LedgerUnfit(operation=operation, reason=f"{period} is no week") from None
