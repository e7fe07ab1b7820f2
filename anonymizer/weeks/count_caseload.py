"""From facts of the caseload to its tables: the stock, and beside it who came and who went, counted by the same codes.

Each table crosses nothing: it is the caseload by one thing about the persons, and all share the total.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from anonymizer.caseload import CountedCaseload
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import FactCodeUnknown
from anonymizer.published import PublishedTable
from anonymizer.weeks.count_casework import background_dimensions
from anonymizer.weeks.count_screenings import residence_dimension, to_region
from casework.counting import AGES, GENDERS
from casework.month_end import CASELOAD_VARIABLES, CaseloadFact, CaseloadFacts, Change
from core.periods.month import Month
from core.places import Place

__all__ = ["CASELOAD", "caseload_tables", "count_caseload"]

CASELOAD: Final = tuple(f"caseload_by_{variable}" for variable in CASELOAD_VARIABLES)
Key = tuple[str, ...]


def count_caseload(facts: CaseloadFacts, places: Iterable[Place], *, before: Sequence[PublishedTable] = ()) -> CountedCaseload:
    """Count the persons at every level of each variable, beside what was told `before`; raises `FactCodeUnknown`."""
    gazetteer = list(places)

    def tables(*changes: Change) -> tuple[CountedTable, ...]:
        persons = [one for one in facts.persons if one.change in changes]
        along = zip(CASELOAD, CASELOAD_VARIABLES, caseload_tables(gazetteer), strict=True)
        regions = to_region(gazetteer)
        return tuple(
            CountedTable(name, (dimension,), _counted(persons, variable, dimension, regions, facts.month))
            for name, variable, (dimension,) in along
        )

    stock = tables(Change.STAYED, Change.CAME)
    came, went = tables(Change.CAME), tables(Change.WENT)
    return CountedCaseload(facts.month, stock, came, went, facts.is_exact, tuple(before))


def caseload_tables(places: Iterable[Place]) -> Sequence[tuple[Dimension]]:
    """The dimensions of the tables of `CASELOAD`: one each, in the order of `CASELOAD_VARIABLES`."""
    gender, age = flat_dimension("gender", GENDERS), flat_dimension("age_group", AGES)
    return [(dimension,) for dimension in (gender, age, residence_dimension(places), *background_dimensions())]


def _counted(
    persons: Iterable[CaseloadFact], variable: str, dimension: Dimension, regions: Mapping[str, str], month: Month
) -> dict[Key, Count]:
    counts: Counter[str] = Counter()
    for person in persons:
        code = regions.get(person.codes[variable], person.codes[variable])
        if code not in dimension.parents or code in dimension.children:
            raise FactCodeUnknown(week=month, dimension=dimension.name)
        counts.update(dimension.climb(code))
    return {(code,): Count(count, count, (1,) * min(count, Count.KEPT)) for code, count in counts.items()}
