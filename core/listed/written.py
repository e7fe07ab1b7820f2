"""What a transaction wrote of listed rows, named anew on their lists before it ends."""

from collections.abc import Collection, Iterator
from typing import Any, Final, cast

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Session

from core.database import Base, ring_of
from core.listed.declare import LISTED, Listed, ListName, Row, Values, key_id
from core.listed.sealed_list import take_list, write_list

__all__ = ["list_written", "note_written", "stands", "written_rows"]

WRITTEN: Final = "core.written"  # in the session: by row, its list, and the object where the row is new
Written = dict[Row, tuple[ListName, Base | None]]


def written_rows(session: Session) -> Written:
    """The listed rows that were added, changed or deleted so far."""
    written: Written = session.info.setdefault(WRITTEN, {})
    return written


def note_written(session: Session) -> None:
    """Note what was just flushed; of a change in columns alone that decide nothing there is nothing to be listed."""
    changed = (row for row in session.dirty if type(row) in LISTED and _is_other(row))
    for row in (*session.new, *changed, *session.deleted):
        its = LISTED.get(type(row))
        if its is not None:
            placing = {name: getattr(row, name) for name in its.placing}
            new = row if row in session.new else None
            written_rows(session)[type(row), its.key(placing)] = its.list_name(placing), new


def list_written(session: Session) -> None:
    """Name on their lists how these rows stand now; raises `ListDamaged`."""
    written = session.info.pop(WRITTEN, {})
    for name in sorted({name for name, _ in written.values()}):  # in order, so that two transactions never wait for each other
        rows = {row: new for row, (its_list, new) in written.items() if its_list == name}
        its, ring = LISTED[next(iter(rows))[0]], ring_of(session)
        before = take_list(session, ring, name)
        entries = {one: digest for one, digest in before.entries.items() if one not in {key_id(key) for _, key in rows}}
        entries |= {key_id(its.key(values)): its.digest(ring, values) for values in _standing(session, its, rows)}
        if entries != before.entries:
            write_list(session, ring, name, before, entries)


def stands(session: Session, its: Listed, keys: Collection[tuple[Any, ...]]) -> list[Values]:
    """The rows of these keys as they stand: their listed columns."""
    wanted = select(*its.columns).where(tuple_(*its.table.primary_key).in_(keys))
    return [cast("Values", row) for row in session.connection().execute(wanted).mappings()]


def _standing(session: Session, its: Listed, rows: dict[Row, Base | None]) -> Iterator[Values]:
    """New rows as they were added, for not every zone that adds some may read them; changed ones are read back, for a colleague
    may have changed another column meanwhile."""
    for new in rows.values():
        if new is not None and inspect(new).persistent:
            yield {column.name: getattr(new, column.name) for column in its.columns}
    earlier = [key for (_, key), new in rows.items() if new is None]
    if earlier:
        yield from stands(session, its, earlier)


def _is_other(row: Base) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[column.name].history.has_changes() for column in LISTED[type(row)].columns)
