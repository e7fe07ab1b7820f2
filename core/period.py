"""What a report is about: a week, or a month of whole weeks."""

from typing import TypeAlias

from core.month import Month
from core.week import Week

__all__ = ["Period", "kind_of", "parse_period"]

Period: TypeAlias = Week | Month


def kind_of(period: Period) -> str:
    """`week` or `month`."""
    return "month" if isinstance(period, Month) else "week"


def parse_period(text: str) -> Period:
    """Read `2026-W07` or `2026-M02`; raises `NotAMonth` or `NotAWeek`."""
    return Month.parse(text) if "-M" in text else Week.parse(text)
