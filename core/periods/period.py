"""What a report is about: a week, a month of whole weeks, or a year of whole months."""

from collections.abc import Sequence
from typing import TypeAlias

from core.periods.month import Month
from core.periods.week import Week
from core.periods.year import Year

__all__ = ["Period", "Sum", "kind_of", "parse_period", "parts_of", "weeks_of"]

Sum: TypeAlias = Month | Year
Period: TypeAlias = Week | Sum


def kind_of(period: Period) -> str:
    """`week`, `month` or `year`."""
    return type(period).__name__.lower()


def parts_of(period: Period) -> Sequence[Period]:
    """What a month or year is the sum of: weeks, or months; a week has no parts."""
    match period:
        case Year():
            return period.months
        case Month():
            return period.weeks
        case Week():
            return ()


def weeks_of(period: Period) -> Sequence[Week]:
    """The weeks in a period, which may be one itself."""
    return [period] if isinstance(period, Week) else period.weeks


def parse_period(text: str) -> Period:
    """Read `2026-W07`, `2026-M02` or `2026-A1`; raises `NotAMonth`, `NotAYear` or `NotAWeek`."""
    if "-A" in text:
        return Year.parse(text)
    return Month.parse(text) if "-M" in text else Week.parse(text)
