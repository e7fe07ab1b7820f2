"""The ISO 8601 week: Waystation's reporting period."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import Problem

__all__ = ["NotAWeek", "Week"]


class NotAWeek(Problem):
    code = "CORE-001"
    says = "'{text}' is not a week."
    remedy = "Write a week as year and number, for example 2026-W07."


@dataclass(frozen=True, order=True)
class Week:
    """A Monday-to-Sunday week, written `2026-W07` (ISO 8601, section 4.1.4)."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week that `day` falls in."""
        calendar = day.isocalendar()
        return cls(calendar.year, calendar.week)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read `2026-W07`; raises `NotAWeek`."""
        year, separator, number = text.partition("-W")
        try:
            week = cls(int(year), int(number))
            week.monday  # noqa: B018  (raises where the year has no such week)
        except ValueError:
            raise NotAWeek(text=text) from None
        if not separator or str(week) != text:
            raise NotAWeek(text=text)
        return week

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def plus(self, weeks: int) -> "Week":
        """The week that lies `weeks` later (or earlier, when negative)."""
        return Week.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"
