"""What earlier weeks of a month hide: a week hides rather those cells than others, so that the month hides fewer."""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy.orm import Session

from anonymizer.attacker import identity
from anonymizer.errors import PeriodNotProtected
from anonymizer.population import Population
from anonymizer.published import Identity, ProtectedPeriod, PublishedTable
from anonymizer.weeks.store_protected import load_protected
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.periods.week import Week

__all__ = ["hidden_cells", "hidden_earlier"]


def hidden_earlier(session: Session, ring: KeyRing, operation: str, week: Week, population: Population) -> frozenset[Identity]:
    """The cells that earlier weeks of a week's month hide, as far as those are protected (zone anonymizer).

    Raises `ProtectedPeriodChanged`.
    """
    found = []
    for earlier in Month.of(week).weeks:
        with suppress(PeriodNotProtected):
            found += [load_protected(session, ring, operation, earlier, population)] if earlier < week else []
    return hidden_cells(*found)


def hidden_cells(*periods: ProtectedPeriod) -> frozenset[Identity]:
    """The cells that some periods hide, whichever of them does."""
    return frozenset(identity(table.dimensions, key) for period in periods for table in period.tables for key in _hidden(table))


def _hidden(table: PublishedTable) -> Iterator[tuple[str, ...]]:
    return (key for key, number in table.cells.items() if number is None)
