"""Of whom a table speaks, and what it counts.

Tables of one population are one system of equations and are protected together. Two populations share no equation: an arrival
need not have been screened, whoever was screened need not have arrived (decision 49), and what is done in a case in a week
follows neither from who came nor from who was screened in it (decision 75). The caseload follows from who came and went, and
its proof holds whatever is told of those (decision 87).
"""

from enum import StrEnum
from typing import Final

__all__ = ["Population", "Unit", "counted_in"]


class Population(StrEnum):
    """Whose tables are one system."""

    MOVEMENTS = "movements"  # persons who arrived, as reports tell of them
    SCREENINGS = "screenings"  # persons who were interviewed, each for one household
    CASEWORK = "casework"  # what happened in cases: events, of which one person may have several
    CASELOAD = "caseload"  # who has an open case at a month's end: a stock

    @property
    def comes_again(self) -> bool:
        """Whether those who contribute to a week may be those of another week, as persons do and reports do not."""
        return self is Population.CASEWORK


class Unit(StrEnum):
    """What one row of facts stands for, and what a table counts: these and nothing else."""

    REPORT = "report"
    EVENT = "event"
    HOUSEHOLD = "household"
    PERSON = "person"

    @property
    def plural(self) -> str:
        return f"{self.value}s"


IN_OTHER_UNITS: Final = {
    "households": Unit.HOUSEHOLD,
    "cases_by_gender": Unit.EVENT,
    "cases_by_age": Unit.EVENT,
    "cases_by_residence": Unit.EVENT,
    "cases_by_nationality": Unit.EVENT,
    "cases_by_exploitation": Unit.EVENT,
    "cases_by_route": Unit.EVENT,
    "cases_by_provider": Unit.EVENT,
    "cases_by_wait": Unit.EVENT,
    "waits_by_gender": Unit.EVENT,
    "waits_by_age": Unit.EVENT,
    "waits_by_residence": Unit.EVENT,
    "waits_by_nationality": Unit.EVENT,
    "waits_by_exploitation": Unit.EVENT,
    "waits_by_route": Unit.EVENT,
}


def counted_in(table: str) -> Unit:
    """What a table of the weekly report counts, by its name."""
    return IN_OTHER_UNITS.get(table, Unit.PERSON)
