"""Read the watermark back: which export does a leaked copy, or a piece of one, come from?"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import factorial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.export_models import ExportLog
from casework.exporting.mark_export import NUMBER, Trace, row_key, sign_of
from core.access import require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["trace_export"]

MOST_NUMBERS: Final = 200  # looked at; one is enough
MOST_ROWS: Final = 1000
BY_CHANCE: Final = 2.0**-48  # that a number fits one other export
SURE_ENOUGH: Final = 1e-3  # odds above which an order of rows says nothing


@dataclass(frozen=True)
class _Copy:
    """What was found, with the record numbers and the rows that it shows."""

    text: str = field(repr=False)
    numbers: Sequence[tuple[str, str]]
    rows: Sequence[dict[str, str]] = field(repr=False)


def trace_export(session: Session, ring: KeyRing, copy: str) -> list[Trace]:
    """The exports that a copy comes from, the likeliest first; none where no mark is left. `copy` is the text as found.

    A copy that keeps any record number names its export; so does one that keeps rows of `persons.csv` in their order, with
    all their fields under their names. `odds` are those that another export of this operation fits by chance. Raises
    `NotAllowed`. Nothing of the copy is kept.
    """
    require(session, Right.EXPORT_IDENTIFIED, subject="casework.export_log")
    exports = session.scalars(select(ExportLog).order_by(ExportLog.carried_out_at)).all()
    found_copy = _Copy(copy, list(dict.fromkeys(NUMBER.findall(copy)))[:MOST_NUMBERS], _rows(copy))
    found = [trace for export in exports if (trace := _trace(ring, export, found_copy, len(exports)))]
    record(session, Action.SEARCHED, "casework.export_log", purpose=Purpose.SECURITY, count=len(found), detail={"by": "mark"})
    return sorted(found, key=lambda trace: (not trace.numbers, trace.odds))


def _trace(ring: KeyRing, export: ExportLog, copy: _Copy, exports: int) -> Trace | None:
    signed = sum(sign_of(ring, export.export, first) == sign for first, sign in copy.numbers)
    in_order = _in_order(ring, export.export, export.fields, copy.rows)
    by_order = exports / factorial(min(in_order, 100))
    in_the_open = str(export.export) in copy.text
    if not signed and by_order > SURE_ENOUGH and not in_the_open:
        return None
    odds = min(1.0, BY_CHANCE * len(copy.numbers) * exports if signed else 1.0, by_order)
    counted = in_order if by_order <= SURE_ENOUGH else 0
    return Trace(export.export, export.recipient, signed, counted, in_the_open, odds)


def _in_order(ring: KeyRing, export: UUID, fields: Sequence[str], rows: Sequence[dict[str, str]]) -> int:
    """How many different rows there are, if all are in the order of this export; else 0."""
    if not rows or not set(fields) <= set(rows[0]):
        return 0
    keys = [row_key(ring, export, [row[field] or "" for field in fields]) for row in rows]
    return len(set(keys)) if keys == sorted(keys) else 0


def _rows(copy: str) -> list[dict[str, str]]:
    """The rows of a CSV; of anything else nothing that has the right fields."""
    try:
        return [row for _, row in zip(range(MOST_ROWS), csv.DictReader(io.StringIO(copy)), strict=False)]
    except csv.Error:
        return []
