"""From facts of screenings to the week's tables of another population than that of movements, every level counted.

`screened` counts persons who were interviewed, by where they live, gender and age; `households` counts households, by where
they live and how many they are; `screened_by_outcome` the same persons by what came of the screening, and by gender: that
cases opened are some of the persons screened is so an equation of this system (decision 86). One person was interviewed for
each household, so all three count the same interviews, and the household that tells of itself is the contributor. The other
members are facts and stand in no table: the sizes give bounds for their number, and a second count within bounds gives hidden
cells of the first away (decision 49).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import TOTAL, Dimension, flat_dimension
from anonymizer.population import Population, Unit
from anonymizer.weeks.count_blocks import Cells
from anonymizer.weeks.fact_columns import FactColumns, tabulate
from casework.counting import AGES, DECISIONS, GENDERS, SIZES, UNKNOWN
from core.places import Place

__all__ = ["OUTCOME", "SCREENINGS", "count_screenings", "residence_dimension", "screening_tables", "to_region"]

SCREENINGS: Final = ("screened", "households", "screened_by_outcome")
OUTCOME: Final = "screening_outcome"
INTERVIEWED: Final = "interviewed"
FINEST: Final = 1  # residences are told by region: a week has few screenings
Key = tuple[str, ...]


def count_screenings(facts: Mapping[Unit, FactColumns], places: Iterable[Place], *, operation: str) -> CountedWeek:
    """Count a week's screened persons and households at every level; raises `FactCodeUnknown`."""
    gazetteer = list(places)
    screened, households, by_outcome = screening_tables(gazetteer)
    regions = to_region(gazetteer)
    persons, of_households = facts[Unit.PERSON], facts[Unit.HOUSEHOLD]
    tables = (
        CountedTable("screened", screened, _counted(persons, ("residence", "gender", "age"), screened, regions)),
        CountedTable("households", households, _counted(of_households, ("residence", "size"), households, regions)),
        CountedTable("screened_by_outcome", by_outcome, _counted(persons, ("outcome", "gender"), by_outcome, regions)),
    )
    return CountedWeek(operation, persons.week, tables, Population.SCREENINGS)


def screening_tables(places: Iterable[Place]) -> tuple[tuple[Dimension, ...], ...]:
    """The dimensions of the tables of `SCREENINGS`."""
    residence = residence_dimension(places)
    gender, age, size = (
        flat_dimension(name, codes) for name, codes in (("gender", GENDERS), ("age_group", AGES), ("household_size", SIZES))
    )
    return (residence, gender, age), (residence, size), (flat_dimension(OUTCOME, DECISIONS), gender)


def residence_dimension(places: Iterable[Place]) -> Dimension:
    """Where people live: regions under countries, and those of whom it is not known."""
    within = {place.code: place.parent or TOTAL for place in places if place.level <= FINEST}
    return Dimension("residence", {TOTAL: None} | within | {UNKNOWN: TOTAL})


def to_region(places: Iterable[Place]) -> Mapping[str, str]:
    """By district, the region under which it is told."""
    return {place.code: place.parent or place.code for place in places if place.level > FINEST}


def _counted(
    facts: FactColumns, along: Sequence[str], dimensions: Sequence[Dimension], regions: Mapping[str, str]
) -> dict[Key, Count]:
    """Rows that stand for a whole household; of persons, those who were interviewed."""
    cells = Cells(facts, dimensions)
    codes = [facts.codes(variable) for variable in along]
    counts = tabulate(facts, along, _of_interviewed(facts) if facts.unit is Unit.PERSON else None)
    for at in zip(*np.nonzero(counts), strict=True):
        said = (known[place] for known, place in zip(codes, at, strict=True))
        cells.add(tuple(regions.get(code, code) for code in said), int(counts[at]), int(counts[at]))
    return cells.counts()


def _of_interviewed(facts: FactColumns) -> np.typing.NDArray[np.bool_]:
    roles = facts.columns["role"]
    wanted = [at for at, code in enumerate(roles.codes or ()) if code == INTERVIEWED]
    interviewed: np.typing.NDArray[np.bool_] = np.isin(roles.values, wanted)
    return interviewed
