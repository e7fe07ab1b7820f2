"""The weekly report in the register: its weeks, months and years left by suppression.

A period is written down when it is protected, in the same transaction, since what is protected is never changed. What was
protected before there was a register is written down with the next one.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.dimension import Dimension
from anonymizer.ledger.operation_register import data_set_of, hold, read_lines
from anonymizer.method import Method
from anonymizer.models import TableRow
from anonymizer.register import Departure, departures, register_departure, require_unmixed
from core.periods.period import Period, parse_period, weeks_of

__all__ = ["require_suppression", "write_down_protected"]


def require_suppression(session: Session, operation: str, period: Period, dimensions: Iterable[Dimension]) -> None:
    """Whether a period's tables may leave by suppression (zone anonymizer); raises `MethodsMixed` where noise left first."""
    names = (dimension.name for dimension in dimensions)
    require_unmixed(read_lines(session, operation), _departure(operation, period, names))


def write_down_protected(session: Session, operation: str) -> None:
    """Write down every protected period that is not yet (zone anonymizer). Raises `MethodsMixed` or `RegisterBroken`."""
    held = hold(session, operation)
    missing: defaultdict[str, set[str]] = defaultdict(set)
    for told, dimensions in session.execute(
        select(TableRow.period, TableRow.dimensions).where(TableRow.operation == operation)
    ):
        missing[told].update(name for name, _ in dimensions)
    for _, left in departures(held.lines):
        if left.method is Method.SUPPRESSION:
            missing[left.detail["period"]] -= left.variables
    for told, names in sorted(missing.items()):
        if names:
            register_departure(held, _departure(operation, parse_period(told), names))


def _departure(operation: str, period: Period, names: Iterable[str]) -> Departure:
    told = frozenset(map(str, weeks_of(period)))
    return Departure(data_set_of(operation), Method.SUPPRESSION, frozenset(names), told, {"period": str(period)})
