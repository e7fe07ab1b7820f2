"""The reporting month: whole weeks, each in one month."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods.month import Month, NotAMonth
from core.periods.period import kind_of, parse_period
from core.periods.week import Week

WEEKS = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(Week.of)


@given(WEEKS)
def test_every_week_is_in_one_month_between_its_neighbours(week: Week) -> None:
    month = Month.of(week)
    assert week in month.weeks
    assert week not in month.plus(-1).weeks
    assert week not in month.plus(1).weeks


@given(WEEKS)
def test_months_follow_each_other_without_a_gap(week: Week) -> None:
    month = Month.of(week)
    assert len(month.weeks) in {4, 5}
    assert month.sunday + timedelta(days=1) == month.plus(1).monday
    assert (month.weeks[0].monday, month.weeks[-1].sunday) == (month.monday, month.sunday)


@given(WEEKS)
def test_a_year_of_months_is_the_iso_year(week: Week) -> None:
    assert Month.of(week).year == week.year


def test_the_thursday_decides() -> None:
    """The week of Monday 28 September 2026 has its Thursday on 1 October."""
    assert Month.of(Week.of(date(2026, 9, 28))) == Month(2026, 10)
    assert str(Month(2026, 2)) == "2026-M02"
    assert [str(week) for week in Month(2026, 2).weeks] == ["2026-W06", "2026-W07", "2026-W08", "2026-W09"]


def test_a_period_is_read_as_it_is_written() -> None:
    for text, kind in (("2026-M02", "month"), ("2026-W07", "week")):
        assert str(parse_period(text)) == text
        assert kind_of(parse_period(text)) == kind


@pytest.mark.parametrize("text", ["2026-M13", "2026-M00", "2026-M2", "2026-02", "M02", "2026-M", "", "٢٠٢٦-M02", "9999-M12"])
def test_what_is_no_month_is_said_so(text: str) -> None:
    with pytest.raises(NotAMonth, match="2026-M02"):
        Month.parse(text)
