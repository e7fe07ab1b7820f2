"""What an erasure takes away, counted as it goes, and how the rest of the program hears of it.

Whoever keeps something of a record outside its tables (a worker that holds names in memory, blocks of facts) calls
`when_erased` once at its start. It is told after the commit and never of what was rolled back. Processes elsewhere hear the
same from PostgreSQL: `LISTEN waystation_erased`, one random id a notice.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, event, func, select
from sqlalchemy.orm import Session

from core.database import Base

__all__ = ["CHANNEL", "Tally", "announce", "when_erased"]

CHANNEL: Final = "waystation_erased"
Listener = Callable[[str, frozenset[UUID]], None]
_listeners: list[Listener] = []


@dataclass
class Tally:
    """Rows by table, the keys by where they lay (`casework.record_key:<id>/<kind>`), and the tables of the records by id."""

    rows: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    records: dict[UUID, str] = field(default_factory=dict)

    def delete(self, session: Session, table: type[Base], *which: ColumnElement[bool]) -> None:
        """Delete the rows and count them."""
        gone = session.execute(delete(table).where(*which), execution_options={"synchronize_session": False})
        assert isinstance(gone, CursorResult)  # noqa: S101  (what a DELETE always gives)
        self.rows[str(table.__table__)] += gone.rowcount

    @property
    def counted(self) -> dict[str, int]:
        """Rows by table, in order of the names, without tables that lost none."""
        return {table: number for table, number in sorted(self.rows.items()) if number}


def when_erased(listener: Listener) -> None:
    """Have `listener(operation, records)` called in this process after each erasure is committed."""
    _listeners.append(listener)


def announce(session: Session, operation: str, records: Iterable[UUID]) -> None:
    """Tell everybody, as soon as this transaction is committed, that these records are no more."""
    erased = frozenset(records)
    for record in sorted(erased):
        session.execute(select(func.pg_notify(CHANNEL, str(record))))

    def tell(_: Session) -> None:
        for listener in _listeners:
            listener(operation, erased)

    event.listen(session, "after_commit", tell, once=True)
