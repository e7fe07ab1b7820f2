"""Reports become two tables, counted at every level, with the reports behind each cell."""

from uuid import UUID

import pytest

from anonymizer import TOTAL
from anonymizer.counted_week import Count, CountedWeek
from anonymizer.errors import CodeUnknown, FactOfAnotherWeek
from anonymizer.weeks import count_movements
from casework import MovementFact
from core.periods.week import Week
from core.places import Place

WEEK = Week(2026, 7)
SOMEWHERE = {"type": "MultiPolygon", "coordinates": []}
PLACES = [
    Place(code, parent, level, {"en": code}, SOMEWHERE)
    for code, parent, level in [
        ("XM", None, 0),
        ("XM01", "XM", 1),
        ("XM0101", "XM01", 2),
        ("XM0102", "XM01", 2),
        ("XT", None, 0),
        ("XT01", "XT", 1),
        ("XT0101", "XT01", 2),
    ]
]


def fact(number: int, origin: str, destination: str, **groups: int) -> MovementFact:
    persons = {("female", "0-4"): groups.get("girls", 0), ("male", "18-59"): groups.get("men", 0)}
    return MovementFact(UUID(int=number), WEEK, origin, destination, "flood", persons)


def counted(*facts: MovementFact) -> CountedWeek:
    return count_movements(facts, PLACES, WEEK, operation="TEST")


def test_persons_are_counted_from_group_sizes_at_every_level() -> None:
    movements, arrivals = counted(fact(1, "XM0101", "XT0101", girls=2, men=1), fact(2, "XM0102", "XT0101", men=4)).tables
    assert movements.count(("XM0101", "XT0101", "flood")) == Count(3, 1)
    assert movements.count(("XM01", "XT", TOTAL)) == Count(7, 2)
    assert movements.count((TOTAL, TOTAL, TOTAL)) == Count(7, 2)
    assert arrivals.count(("XT0101", "male", TOTAL)) == Count(5, 2)
    assert arrivals.count((TOTAL, TOTAL, TOTAL)) == Count(7, 2)


def test_in_arrivals_a_report_contributes_where_it_has_persons() -> None:
    _, arrivals = counted(fact(1, "XM0101", "XT0101", girls=2, men=1), fact(2, "XM0102", "XT0101", men=4)).tables
    assert arrivals.count(("XT0101", "female", "0-4")) == Count(2, 1)
    assert ("XT0101", "female", "60+") not in arrivals.cells


def test_who_is_alone_in_a_cell_is_told_by_one_number_in_both_tables() -> None:
    """One report is one contributor who knows all of its cells; the number means nothing else."""
    movements, arrivals = counted(fact(1, "XM0101", "XT0101", girls=2, men=1), fact(2, "XM0102", "XT0101", men=4)).tables
    number = movements.count(("XM0101", TOTAL, TOTAL)).alone
    assert number is not None
    assert arrivals.count((TOTAL, "female", TOTAL)).alone == number
    assert movements.count(("XM0102", TOTAL, TOTAL)).alone not in {None, number}
    assert arrivals.count((TOTAL, "male", TOTAL)).alone is None


def test_a_report_of_nobody_contributes_nowhere() -> None:
    assert [table.cells for table in counted(fact(1, "XM0101", "XT0101")).tables] == [{}, {}]


def test_a_week_without_reports_is_a_week_of_zeros() -> None:
    assert counted().tables[0].count(("XM", "XT", "flood")) == Count(0, 0)


@pytest.mark.parametrize(("origin", "dimension"), [("ZZ0101", "origin"), ("XM01", "origin")])
def test_a_code_that_is_no_district_is_refused_by_report_not_by_value(origin: str, dimension: str) -> None:
    with pytest.raises(CodeUnknown, match=f"{UUID(int=7)}.*{dimension}") as refused:
        counted(fact(7, origin, "XT0101", men=1))
    assert origin not in str(refused.value)


def test_a_report_of_another_week_is_refused() -> None:
    with pytest.raises(FactOfAnotherWeek, match="2026-W07, not to 2026-W08"):
        count_movements([fact(1, "XM0101", "XT0101", men=1)], PLACES, Week(2026, 8), operation="TEST")
