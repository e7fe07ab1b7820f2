"""The reporting month: whole ISO 8601 weeks, so that a month is the sum of its weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import Problem
from core.periods.week import Week

__all__ = ["Month", "NotAMonth"]

WEEK_DAYS, THURSDAY, DECEMBER = 7, 3, 12


class NotAMonth(Problem):
    code = "CORE-007"
    says = "'{text}' is not a month."
    remedy = "Write a month as year and number, for example 2026-M02."


@dataclass(frozen=True, order=True)
class Month:
    """The four or five weeks whose Thursday lies in a calendar month, written `2026-M02` (SDMX 3.0, reporting month).

    It is the rule by which ISO 8601 gives a week to a year. So every week is in one month, and every month in one year.
    """

    year: int
    number: int

    @classmethod
    def of(cls, week: Week) -> "Month":
        """The month that a week is part of."""
        thursday = week.monday + timedelta(days=THURSDAY)
        return cls(thursday.year, thursday.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2026-M02`; raises `NotAMonth`."""
        year, separator, number = text.partition("-M")
        try:
            month = cls(int(year), int(number))
            month.monday, month.sunday  # noqa: B018  (raises where there is no such month)
        except ValueError:
            raise NotAMonth(text=text) from None
        if not separator or str(month) != text:
            raise NotAMonth(text=text)
        return month

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Its weeks in their order."""
        days = (self.plus(1).monday - self.monday).days
        return tuple(self._first_week.plus(later) for later in range(days // WEEK_DAYS))

    def weeks_before(self, week: Week) -> tuple[Week, ...]:
        """Those of its weeks that come before one of them."""
        return tuple(earlier for earlier in self.weeks if earlier < week)

    @property
    def monday(self) -> date:
        """Its first day."""
        return self._first_week.monday

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.plus(1).monday - timedelta(days=1)

    def plus(self, months: int) -> "Month":
        """The month that lies `months` later (or earlier, when negative)."""
        years, number = divmod(self.number - 1 + months, DECEMBER)
        return Month(self.year + years, number + 1)

    @property
    def _first_week(self) -> Week:
        week = Week.of(date(self.year, self.number, 1))
        return week if Month.of(week) == self else week.plus(1)

    def __str__(self) -> str:
        return f"{self.year:04d}-M{self.number:02d}"
