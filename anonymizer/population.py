"""Of whom a table speaks, and what it counts.

Tables of one population are one system of equations and are protected together. Two populations share no equation: an arrival
need not have been screened, and whoever was screened need not have arrived (decision 49).
"""

from enum import StrEnum
from typing import Final

__all__ = ["Population", "Unit", "counted_in"]


class Population(StrEnum):
    """Whose tables are one system."""

    MOVEMENTS = "movements"  # persons who arrived, as reports tell of them
    SCREENINGS = "screenings"  # persons who were interviewed, each for one household


class Unit(StrEnum):
    """What one row of facts stands for, and what a table counts: these and nothing else."""

    REPORT = "report"
    EVENT = "event"
    HOUSEHOLD = "household"
    PERSON = "person"

    @property
    def plural(self) -> str:
        return f"{self.value}s"


IN_OTHER_UNITS: Final = {"households": Unit.HOUSEHOLD}


def counted_in(table: str) -> Unit:
    """What a table of the weekly report counts, by its name."""
    return IN_OTHER_UNITS.get(table, Unit.PERSON)
