"""How many different records an account may read in a day, and the window in which a second person lets it read more.

A person is a record, and so is a movement report, which tells of its reporter. The limit holds wherever one is opened for
an account: the read functions call `count_reading`, and `tests/house/test_reads_are_counted.py` finds one that does not.
The program itself is not counted. Reading one record again on the same day counts once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from casework.export_errors import BulkReadUnapproved, ReadTooMany
from casework.export_models import BulkWindow
from core.access import access_of, require
from core.audit import Purpose
from core.clock import now
from core.permissions import Right
from core.postgres.asked_once import asked_once
from core.second_person import Act, carry_out, find_proposal, propose
from core.settings import Settings

__all__ = [
    "MOST_PERSONS",
    "ReadingWindow",
    "count_reading",
    "open_bulk_window",
    "open_windows",
    "propose_bulk_read",
    "require_window",
]

WINDOW: Final = timedelta(hours=24)
MOST_PERSONS: Final = 100_000
TODAY: Final = "(now() AT TIME ZONE 'UTC')::date"
NOTED: Final = (
    "INSERT INTO casework.{0}_read AS r (operation, actor, {0}, day) "
    f"SELECT :operation, :actor, record, {TODAY} FROM turn, unnest(CAST(:{{0}}s AS uuid[])) AS record "
    f"ON CONFLICT (operation, actor, {{0}}) DO UPDATE SET day = {TODAY} WHERE r.day <> {TODAY} RETURNING 1"
)
# The row of the allowance stays locked until the transaction ends: two processes of one account cannot both take the last
# of the day. Records are noted once the turn is taken, for they are read `FROM turn`.
NOTE: Final = text(
    "WITH turn AS (INSERT INTO casework.read_allowance AS a (operation, actor, day, persons) "
    f"VALUES (:operation, :actor, {TODAY}, 0) ON CONFLICT (operation, actor) DO UPDATE "
    f"SET day = {TODAY}, persons = CASE WHEN a.day = {TODAY} THEN a.persons ELSE 0 END RETURNING a.persons), "
    f"persons AS ({NOTED.format('person')}), reports AS ({NOTED.format('report')}) "
    "SELECT persons, (SELECT count(*) FROM persons) + (SELECT count(*) FROM reports) FROM turn"
)
COUNT: Final = text("UPDATE casework.read_allowance SET persons = :persons WHERE operation = :operation AND actor = :actor")


@dataclass(frozen=True)
class ReadingWindow:
    """Until when an account may read how many persons a day."""

    persons: int
    until: datetime


def count_reading(session: Session, persons: Collection[UUID] = (), *, reports: Collection[UUID] = ()) -> None:
    """Count these persons and movement reports as read by this account today; raises `ReadTooMany` where that passes its limit.

    The limit is `WAYSTATION_BULK_READ_LIMIT`, or what a window that is open at this moment allows.
    """
    opened = {"persons": sorted(set(persons)), "reports": sorted(set(reports))}
    if not access_of(session).system and any(opened.values()):
        asked_once(session, ("counted", *opened["persons"], *opened["reports"]), lambda: _count(session, opened))


def _count(session: Session, opened: Mapping[str, Collection[UUID]]) -> None:
    access = access_of(session)
    account = {"operation": access.operation, "actor": access.actor}
    before, more = session.execute(NOTE, {**account, **opened}).one()
    read, limit = before + more, Settings.read().bulk_read_limit
    if read > limit and read > (limit := max([limit, *(window.persons for window in _windows(session))])):
        raise ReadTooMany(Right.READ_IN_BULK, "casework.person", limit=limit)
    if more:
        session.execute(COUNT, {**account, "persons": read})


def propose_bulk_read(session: Session, persons: int, *, purpose: Purpose) -> UUID:
    """Ask to read up to so many persons a day; the proposal's id. Raises `NotAllowed`."""
    access = require(session, Right.READ_IN_BULK, subject="casework.person")
    if not 0 < persons <= MOST_PERSONS:
        raise ValueError("how many persons is out of bounds")
    return propose(session, Act.BULK_READ, _subject(access.actor), purpose=purpose, detail={"persons": persons})


def open_bulk_window(session: Session, proposal: UUID) -> ReadingWindow:
    """Begin what a second person approved, for the account that proposed it, for 24 hours.

    Raises `NotAllowed` and its kinds.
    """
    access = access_of(session)
    asked = find_proposal(session, proposal)
    carry_out(session, proposal, Act.BULK_READ, _subject(access.actor))
    window = ReadingWindow(int(str(asked.detail["persons"])), now() + WINDOW)
    session.add(
        BulkWindow(
            proposal=proposal,
            operation=access.operation,
            actor=access.actor,
            persons=window.persons,
            until=window.until,
        )
    )
    session.flush()
    return window


def open_windows(session: Session) -> list[ReadingWindow]:
    """The windows of this account that are open at this moment, the widest first; raises `NotAllowed`."""
    require(session, Right.READ_IN_BULK, subject="casework.person")
    windows = [ReadingWindow(window.persons, window.until) for window in _windows(session)]
    return sorted(windows, key=lambda it: (-it.persons, it.until))


def require_window(session: Session) -> None:
    """For reading the store in bulk: raises `BulkReadUnapproved` unless a window of this account is open."""
    if not access_of(session).system and not _windows(session):
        raise BulkReadUnapproved(Right.READ_IN_BULK, "casework.person")


def _windows(session: Session) -> list[BulkWindow]:
    theirs = BulkWindow.actor == access_of(session).actor, BulkWindow.operation == access_of(session).operation
    return list(session.scalars(select(BulkWindow).where(*theirs, BulkWindow.until > func.now())))


def _subject(actor: str) -> str:
    return f"identity.account:{actor}"
