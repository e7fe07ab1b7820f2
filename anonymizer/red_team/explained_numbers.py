"""The numbers that a report may say: what its tables show, sums over whole levels, and changes since the period before."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.published import Identity
from anonymizer.red_team.open_release import Published
from anonymizer.red_team.read_report import sayings_of_pages
from core.periods.period import parse_period

__all__ = ["Explained", "explained_by"]

Figures = Mapping[Identity, int | None]


@dataclass(frozen=True)
class Explained:
    """Numbers with a reason to stand in a release: anywhere, after a name, or in a date."""

    anywhere: frozenset[int] = field(repr=False)
    named: Mapping[tuple[str, str], frozenset[int]] = field(repr=False)
    dates: frozenset[int]
    years: frozenset[str]
    has_period_before: bool

    def at_all(self, number: int) -> bool:
        return number in self.anywhere

    def of_codes(self, number: int, codes: Collection[tuple[str, str]]) -> bool:
        """Whether a number is a figure of something that one of these codes is part of."""
        return any(number in self.named.get(code, ()) for code in codes) or (
            any(code == TOTAL for _, code in codes) and self.at_all(number)
        )

    def says_date(self, number: int, sentence: str) -> bool:
        """Whether a number is part of a date or of a week's name: the year stands in the same sentence."""
        return number in self.dates and any(year in sentence for year in self.years)


def explained_by(release: Published, releases: Sequence[Published], *, alone: bool) -> Explained:
    """What explains the numbers of a release: itself, and what it and others publish of the period before.

    `alone` says that no other release tells which numbers are part of the text: then those of the rules and of codes are.
    """
    before = _before(release, releases)
    now_sums, before_sums = _sums(release.figures, release), _sums(before, release)
    told = {number for number in (*release.figures.values(), *before.values()) if number is not None}
    both = zip(now_sums.values(), before_sums.values(), strict=True)
    changes = {abs(now - then) for now, then in both if now is not None and then is not None}
    changes |= {abs(now - then) for cell, now in _of_all(release) if (then := before.get(cell)) is not None}
    sums = {number for number in (*now_sums.values(), *before_sums.values()) if number is not None}
    rules = {release.policy.threshold, release.policy.contributors} | _ages(release) if alone else set()
    has_period_before = any(other.period == _period_before(release) for other in releases)
    return Explained(frozenset(told | changes | sums | rules), _named(release, before), *_dates(release), has_period_before)


def _before(release: Published, releases: Sequence[Published]) -> Figures:
    """What is published of the period before: by its own release, else by this one."""
    before = _period_before(release)
    if not before:
        return {}
    for other in releases:
        if other.period == before:
            return other.figures
    return {saying.cell: saying.figure for saying in sayings_of_pages(release) if saying.period == before}


def _period_before(release: Published) -> str:
    return str(parse_period(release.period).plus(-1)) if release.period else ""


def _named(release: Published, before: Figures) -> Mapping[tuple[str, str], frozenset[int]]:
    named: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for figures in (release.figures, before):
        for cell, number in figures.items():
            for code in cell:
                if number is not None:
                    named[code].add(number)
                    # a place has one name, from where and to where
                    named["origin" if code[0] == "destination" else "destination", code[1]].add(number)
    return {code: frozenset(numbers) for code, numbers in named.items()}


def _of_all(release: Published) -> Iterator[tuple[Identity, int]]:
    """Figures of everybody, and of one category of everybody: of those a report states the change."""
    flat = {name for name, dimension in release.dimensions.items() if _levels(dimension) == 1}
    for cell, number in release.figures.items():
        if number is not None and len(cell) <= 1 and all(name in flat for name, _ in cell):
            yield cell, number


def _sums(figures: Figures, release: Published) -> dict[str, int | None]:
    """Sums over a whole level: who stayed in an area, who left it, who left it within the one above; first codes of a list."""
    sums: dict[str, int | None] = {}
    if {"origin", "destination"} <= release.dimensions.keys():
        tree = release.dimensions["destination"]
        for level in range(1, _levels(tree) + 1):
            codes = [code for code in tree.parents if len(tree.climb(code)) - 1 == level]
            pairs = [(one, other) for one in codes for other in codes]
            sums[f"stayed {level}"] = _added(figures, [pair for pair in pairs if pair[0] == pair[1]])
            sums[f"left {level}"] = _added(figures, [pair for pair in pairs if pair[0] != pair[1]])
            near = [pair for pair in pairs if pair[0] != pair[1] and tree.parents[pair[0]] == tree.parents[pair[1]]]
            sums[f"left {level} within"] = _added(figures, near)
    for name, dimension in release.dimensions.items():
        codes = sorted((code for code in dimension.parents if code != TOTAL), key=_first_number)
        if _levels(dimension) == 1 and all(code[0].isdigit() for code in codes):
            runs = list(accumulate(figures.get(((name, code),)) or 0 for code in codes))
            sums |= {f"{name} {at}": total for at, total in enumerate(runs)}
    return sums


def _added(figures: Figures, pairs: Collection[tuple[str, str]]) -> int | None:
    numbers = [figures.get((("destination", destination), ("origin", origin))) for origin, destination in pairs]
    shown = [number for number in numbers if number is not None]
    return sum(shown) if shown else None


def _levels(dimension: Dimension) -> int:
    return max(len(dimension.climb(code)) - 1 for code in dimension.parents)


def _first_number(code: str) -> int:
    return int("".join(re.findall(r"^\d+", code)) or 0)


def _ages(release: Published) -> set[int]:
    """Where bands of numbers begin and end: `under 18` is said of the band 12-17."""
    bounds = {
        int(each)
        for dimension in release.dimensions.values()
        for code in dimension.parents
        if code[:1].isdigit()
        for each in re.findall(r"\d+", code)
    }
    return bounds | {bound + 1 for bound in bounds}


def _dates(release: Published) -> tuple[frozenset[int], frozenset[str]]:
    days = []
    if "created" in release.package:
        days.append(datetime.fromisoformat(str(release.package["created"])).date())
    numbers = set()
    if release.period:
        period = parse_period(release.period)
        days += [period.monday, period.sunday]
        numbers = {period.number, period.year}
    numbers |= {number for day in days for number in (day.year, day.month, day.day)}
    return frozenset(numbers), frozenset(str(number) for number in numbers if number > 1000)
