"""Attack 1: subtract releases from each other.

The attacker keeps every release that ever was. What two of them say of the same people are equations of one system: a week
that was published twice, a month and its weeks, totals that run from release to release (every pairwise difference, and
over every window of weeks), and what a later report still says of an earlier week.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.published import PublishedTable
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.one_system import System, cut_otherwise, judge, of_the_same_people, system_of
from anonymizer.red_team.open_release import Published
from anonymizer.red_team.read_report import Saying, sayings_of_pages
from core.periods.period import Period, parse_period, parts_of

__all__ = ["attack", "systems"]

NAME: Final = "differencing"


def attack(releases: Sequence[Published]) -> Findings:
    """What follows from all releases together that each of them hides."""
    yield from _said_later(releases)
    for system in systems(releases):
        yield from judge(NAME, system)


def systems(releases: Sequence[Published]) -> Iterator[System]:
    """All that is published of the same people, also in the pages of later weeks, one system each."""
    later = {
        (saying.period, saying.cell): saying.figure for _, saying in _of_earlier_weeks(releases) if saying.figure is not None
    }
    for group in of_the_same_people(releases):
        if not cut_otherwise(group):
            yield system_of(group, {cell: figure for (period, cell), figure in later.items() if period == group[0].period})
    yield from filter(None, (_sum_and_parts(release, releases) for release in releases if release.period))


def _sum_and_parts(whole: Published, releases: Sequence[Published]) -> System | None:
    """A month and its weeks, or a year and its months and their weeks, of which it is the sum.

    None where not all of them are at hand, or divide people otherwise; nor for a week, which has no parts.
    """
    parents = _inside(parse_period(whole.period), TOTAL)
    parts = {each.period: each for each in releases if each.period in parents}
    if not parents or parents.keys() - parts.keys() or any(each.dimensions != whole.dimensions for each in parts.values()):
        return None
    time = Dimension("period", {TOTAL: None, **parents})
    shown = {TOTAL: whole} | {code: parts[code] for code in parents}
    tables = []
    for table in whole.tables:
        of = {code: next(each for each in release.tables if each.name == table.name) for code, release in shown.items()}
        cells = {(code, *key): each.cells[key] for code, each in of.items() for key in table.cells}
        tables.append(PublishedTable(table.name, (time, *table.dimensions), cells))
    return System(f"{whole.name} and its parts", tuple(tables), whole.policy)


def _inside(period: Period, code: str) -> dict[str, str]:
    """All that a period is made of, each with what it is a part of."""
    parents = {str(part): code for part in parts_of(period)}
    return parents | {inner: of for part in parts_of(period) for inner, of in _inside(part, str(part)).items()}


def _said_later(releases: Sequence[Published]) -> Findings:
    """Cells of which a later report says another number than their own, or one where theirs was suppressed."""
    own = {release.period: release for release in releases if release.period}
    for release, saying in _of_earlier_weeks(releases):
        if saying.figure is None or saying.period not in own:
            continue
        then = own[saying.period].figures.get(saying.cell)
        if then != saying.figure:
            before = "not shown" if then is None else "another number"
            tells = f"{cell_text(saying.cell)} of {saying.period} is shown, which then was {before}"
            yield Finding(NAME, release.name, saying.place, tells, saying.cell)


def _of_earlier_weeks(releases: Sequence[Published]) -> Iterator[tuple[Published, Saying]]:
    for release in releases:
        if release.period:
            yield from ((release, saying) for saying in sayings_of_pages(release) if saying.period != release.period)
