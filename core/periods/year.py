"""The reporting year: whole months, so that a year is the sum of its months and of their weeks."""

from dataclasses import dataclass
from datetime import date

from core.errors import Problem
from core.periods.month import DECEMBER, Month
from core.periods.week import Week

__all__ = ["NotAYear", "Year"]


class NotAYear(Problem):
    code = "CORE-009"
    says = "'{text}' is not a year."
    remedy = "Write a year as 2026-A1."


@dataclass(frozen=True, order=True)
class Year:
    """The year of ISO 8601 weeks, written `2026-A1` (SDMX 3.0, reporting year)."""

    year: int

    @classmethod
    def of(cls, month: Month) -> "Year":
        """The year that a month is part of."""
        return cls(month.year)

    @classmethod
    def parse(cls, text: str) -> "Year":
        """Read `2026-A1`; raises `NotAYear`."""
        number, _, _ = text.partition("-A")
        try:
            year = cls(int(number))
            year.monday, year.sunday  # noqa: B018  (raises where there is no such year)
        except ValueError:
            raise NotAYear(text=text) from None
        if str(year) != text:
            raise NotAYear(text=text)
        return year

    @property
    def number(self) -> int:
        """What it is called by beside others."""
        return self.year

    @property
    def months(self) -> tuple[Month, ...]:
        """Its twelve months in their order."""
        return tuple(Month(self.year, number) for number in range(1, DECEMBER + 1))

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Its 52 or 53 weeks in their order."""
        return tuple(week for month in self.months for week in month.weeks)

    @property
    def monday(self) -> date:
        """Its first day."""
        return self.months[0].monday

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.months[-1].sunday

    def plus(self, years: int) -> "Year":
        """The year that lies `years` later (or earlier, when negative)."""
        return Year(self.year + years)

    def __str__(self) -> str:
        return f"{self.year:04d}-A1"
