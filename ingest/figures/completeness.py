"""Who was expected to report and who did, by area: those who did not are part of every figure.

A collector who is offered a form is expected to send so many reports of it in each day or week, as the form's plan says. More
than expected by one does not make up for another who sent none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.access import Custody
from ingest.collectors import Collector
from ingest.figures.count_received import CollectorFigure
from ingest.quality import QualityPlan

__all__ = ["AreaFigure", "by_area", "period_of"]


@dataclass(frozen=True)
class AreaFigure:
    """One area in one period. `reported` counts no more of a collector than was expected of it; `silent` are the names of the
    collectors that sent nothing; `beyond` is what came beside what was expected."""

    organisation: str
    area: str
    expected: int
    reported: int
    beyond: int
    collectors: int
    silent: tuple[str, ...]

    @property
    def complete(self) -> float | None:
        """The share of what was expected that came; None where nothing was."""
        return self.reported / self.expected if self.expected else None


def period_of(day: date, every: str) -> tuple[date, date]:
    """The first and the last day of the day or ISO week that a day lies in."""
    if every == "day":
        return day, day
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


def by_area(
    collectors: Sequence[Collector], figures: Sequence[CollectorFigure], plan: QualityPlan, first: date, last: date
) -> list[AreaFigure]:
    """The areas of these collectors in the period from `first` to `last`, and of whoever else sent something in it."""
    received: Counter[str] = Counter()
    places = {str(one.id): one.custody for one in collectors}
    for figure in figures:
        if first <= figure.day <= last:
            received[figure.collector] += figure.received
            places.setdefault(figure.collector, Custody.parse(figure.custody))
    names = {str(one.id): one.name for one in collectors}
    areas: dict[tuple[str, str], list[str]] = {}
    for collector, custody in places.items():
        areas.setdefault((custody.organisation, custody.area), []).append(collector)
    return [_figure(area, members, names, received, plan) for area, members in sorted(areas.items())]


def _figure(
    area: tuple[str, str], members: Sequence[str], names: Mapping[str, str], received: Mapping[str, int], plan: QualityPlan
) -> AreaFigure:
    expected = {one: plan.expected_of(names[one]) if one in names else 0 for one in members}
    reported = {one: min(received[one], expected[one]) for one in members}
    return AreaFigure(
        *area,
        expected=sum(expected.values()),
        reported=sum(reported.values()),
        beyond=sum(received[one] - reported[one] for one in members),
        collectors=sum(one in names for one in members),
        silent=tuple(sorted(names[one] for one in members if expected[one] and not received[one])),
    )
