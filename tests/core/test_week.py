"""Weeks are ISO 8601 weeks, Monday to Sunday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods.week import NotAWeek, Week


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_day_lies_in_its_week_and_the_week_reads_back(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert Week.parse(str(week)) == week


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(-200, 200))
def test_weeks_are_counted_forwards_and_back(day: date, weeks: int) -> None:
    assert Week.of(day).plus(weeks).plus(-weeks) == Week.of(day)


def test_the_first_days_of_january_may_belong_to_the_old_year() -> None:
    assert str(Week.of(date(2027, 1, 1))) == "2026-W53"


@pytest.mark.parametrize("text", ["", "2026", "2026-W54", "2025-W53", "2026-W00", "2026-W7", "2026-w07", "26-W07", "2026-W07 "])
def test_what_is_not_a_week_is_refused(text: str) -> None:
    with pytest.raises(NotAWeek):
        Week.parse(text)
