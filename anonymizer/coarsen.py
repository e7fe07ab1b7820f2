"""Coarser dimensions: sibling codes merged into one, and levels left out, of counted tables or of rows before they are counted.

A `Coarser` says of one dimension what its codes become. It is applied to the rows of a table (`code_of`), which is exact, or
to tables that are counted already (`coarsen`), where contributors of merged codes cannot be told apart any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product, zip_longest

from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import CoarseningUnfit

__all__ = ["Coarser", "coarsen", "drop_level", "map_codes", "merge_codes"]


@dataclass(frozen=True)
class Coarser:
    """What becomes of a dimension: `parts` says for each code of the coarser `dimension` which codes before it is made of."""

    dimension: Dimension
    parts: Mapping[str, tuple[str, ...]] = field(repr=False)

    def code_of(self, before: Dimension, code: str) -> str:
        """What a code of the dimension before counts as: its own code, the one it was merged into, or the one left above it."""
        return next(self._becomes[above] for above in before.climb(code) if above in self._becomes)

    def after(self, earlier: "Coarser") -> "Coarser":
        """The earlier one and this one, which was made of what the earlier left, as one."""
        parts = {code: tuple(was for part in parts for was in earlier.parts[part]) for code, parts in self.parts.items()}
        return Coarser(self.dimension, parts)

    @cached_property
    def _becomes(self) -> dict[str, str]:
        return {part: coarser for coarser, parts in self.parts.items() for part in parts}


def drop_level(dimension: Dimension, level: int) -> Coarser:
    """A dimension without its codes at a level and below it: 1 are those directly under the total. Raises `CoarseningUnfit`."""
    depths = {code: len(dimension.climb(code)) - 1 for code in dimension.parents}
    deepest = max(depths.values())
    if not 2 <= level <= deepest:
        levels = f"2 to {deepest}" if deepest > 1 else "none, since nothing lies between its codes and the total"
        _refuse(dimension, f"level {level} cannot be left out (of its levels, those that can: {levels})")
    kept = {code: parent for code, parent in dimension.parents.items() if depths[code] < level}
    return Coarser(Dimension(dimension.name, kept), {code: (code,) for code in kept})


def merge_codes(dimension: Dimension, codes: Sequence[str], into: str) -> Coarser:
    """A dimension in which some siblings are one code, with all that lies below them. Raises `CoarseningUnfit`.

    The new code takes the place of the first of them in the order of codes; it may bear the name of one of them.
    """
    if len(merged := dict.fromkeys(codes)) < 2:
        _refuse(dimension, "to merge takes two different codes or more")
    for code in merged:
        if code not in dimension.parents or code == TOTAL:
            _refuse(dimension, f"it has no code {code} that could be merged")
    if len(parents := {dimension.parents[code] for code in merged}) > 1:
        _refuse(dimension, f"{' and '.join(sorted(map(str, parents)))} are above codes to be merged: only siblings can be")
    if not into or (into in dimension.parents and into not in merged):
        _refuse(dimension, f"the merged code cannot be called {into or 'nothing'}: a code of that name is there already")
    members: dict[str, str | None] = {}
    for code, parent in dimension.parents.items():
        members.setdefault(into if code in merged else code, into if parent in merged else parent)
    parts = {code: tuple(merged) if code == into else (code,) for code in members}
    return Coarser(Dimension(dimension.name, members), parts)


def map_codes(dimension: Dimension, becomes: Mapping[str, str]) -> Coarser:
    """A dimension in which codes become others, as far as they are there; what is not named stays. Raises `CoarseningUnfit`.

    When a code becomes one above it, nothing is left below that one. Siblings that become the same new code are merged.
    """
    ends = {becomes[code] for code in dimension.parents if becomes.get(code) in dimension.climb(code)[1:]}
    if TOTAL in ends:
        _refuse(dimension, "its codes cannot become the total: leave the column out")
    members: dict[str, str | None] = {}
    parts: dict[str, list[str]] = {}
    for code, parent in dimension.parents.items():
        into = becomes.get(code, code)
        if ends.intersection(dimension.climb(code)[1:]):
            if into not in dimension.climb(code):
                _refuse(dimension, f"{code} becomes {into}, and would be left out with what lies beside it")
            continue
        above = None if parent is None else becomes.get(parent, parent)
        if into != code and into in dimension.parents and parent != dimension.parents[into]:
            _refuse(dimension, f"{code} cannot become {into}, which is neither above nor beside it")
        if members.setdefault(into, above) != above:
            _refuse(dimension, f"{into} would be part of {members[into]} and of {above}: only siblings can be merged")
        parts.setdefault(into, []).append(code)
    return _adding_up(dimension, Coarser(Dimension(dimension.name, members), {into: tuple(of) for into, of in parts.items()}))


def coarsen(table: CountedTable, coarser: Coarser) -> CountedTable:
    """A counted table with one of its dimensions coarser; the table as it is where it has no such dimension.

    Persons are exact. Of contributors in merged codes only bounds are known, and the careful one is taken: at least as many
    as in the code that has most, and the largest contributions as large as if the same persons had made them in each.
    """
    names = [dimension.name for dimension in table.dimensions]
    if coarser.dimension.name not in names:
        return table
    axis = names.index(coarser.dimension.name)
    dimensions = (*table.dimensions[:axis], coarser.dimension, *table.dimensions[axis + 1 :])
    cells = {}
    for key in product(*(dimension.parents for dimension in dimensions)):
        counts = [table.count((*key[:axis], part, *key[axis + 1 :])) for part in coarser.parts[key[axis]]]
        if any(count.persons for count in counts):
            cells[key] = counts[0] if len(counts) == 1 else _together(counts)
    return CountedTable(table.name, dimensions, cells)


def _adding_up(before: Dimension, coarser: Coarser) -> Coarser:
    """Whether every innermost code becomes an innermost one: whatever is counted in a total must be counted in a part of it."""
    for code in before.parents.keys() - before.children.keys():
        if (into := coarser.code_of(before, code)) in coarser.dimension.children:
            _refuse(before, f"{code} would become {into}, below which other codes stay")
    return coarser


def _together(counts: Sequence[Count]) -> Count:
    largest = tuple(map(sum, zip_longest(*(count.largest for count in counts), fillvalue=0)))
    return Count(sum(count.persons for count in counts), max(count.reports for count in counts), largest)


def _refuse(dimension: Dimension, reason: str) -> None:
    raise CoarseningUnfit(dimension=dimension.name, reason=reason)
