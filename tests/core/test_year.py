"""The reporting year: whole months, and so whole weeks."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods.month import Month
from core.periods.period import kind_of, parse_period, parts_of, weeks_of
from core.periods.year import NotAYear, Year

YEARS = st.integers(1990, 2090).map(Year)


@given(YEARS)
def test_years_follow_each_other_without_a_gap(year: Year) -> None:
    assert year.sunday + timedelta(days=1) == year.plus(1).monday
    assert len(year.weeks) in {52, 53}
    assert {week.year for week in year.weeks} == {year.year}


@given(YEARS)
def test_it_is_the_sum_of_its_months_and_they_of_their_weeks(year: Year) -> None:
    months = parts_of(year)
    assert {Year.of(month) for month in months if isinstance(month, Month)} == {year}
    assert [week for month in months for week in parts_of(month)] == list(weeks_of(year))
    assert all(weeks_of(week) == [week] and not parts_of(week) for week in weeks_of(year))


def test_it_is_read_as_it_is_written() -> None:
    year = parse_period("2026-A1")
    assert (year, str(year), kind_of(year)) == (Year(2026), "2026-A1", "year")
    assert (str(year.monday), str(year.sunday)) == ("2025-12-29", "2027-01-03")


@pytest.mark.parametrize("text", ["2026", "2026-A2", "2026-A", "A1", "-A1", "2026-A1 ", "٢٠٢٦-A1", "9999-A1", ""])
def test_what_is_no_year_is_said_so(text: str) -> None:
    with pytest.raises(NotAYear, match="2026-A1"):
        Year.parse(text)
