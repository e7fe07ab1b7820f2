"""What is kept aside of a protected week: populations that could not be protected with its movements, or are not yet.

They are noted in the transaction that stores the movements, so that nothing is forgotten where the program ends in between.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from anonymizer.models import KeptAsideRow
from anonymizer.population import Population
from core.periods.period import Period, parse_period

__all__ = ["Aside", "asides", "keep_aside", "no_longer_aside"]


@dataclass(frozen=True)
class Aside:
    """A population of a period, and the code of what refused it; empty where nothing has tried yet."""

    period: Period
    population: Population
    code: str


def keep_aside(session: Session, operation: str, period: Period, population: Population, code: str = "") -> None:
    """Note it (zone anonymizer), in place of an earlier reason."""
    row = {"operation": operation, "period": str(period), "population": population.value, "code": code}
    added = insert(KeptAsideRow).values(row)
    session.execute(added.on_conflict_do_update(index_elements=["operation", "period", "population"], set_={"code": code}))


def asides(session: Session, operation: str) -> list[Aside]:
    """All that is kept aside of an operation, by period (zone anonymizer)."""
    asked = select(KeptAsideRow).where(KeptAsideRow.operation == operation).order_by(KeptAsideRow.period)
    found = [Aside(parse_period(row.period), Population(row.population), row.code) for row in session.scalars(asked)]
    return sorted(found, key=lambda it: (it.period.monday, list(Population).index(it.population)))


def no_longer_aside(session: Session, operation: str, period: Period, population: Population) -> None:
    """It is protected now (zone anonymizer)."""
    named = KeptAsideRow.operation == operation, KeptAsideRow.period == str(period)
    session.execute(delete(KeptAsideRow).where(*named, KeptAsideRow.population == population.value))
