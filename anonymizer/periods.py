"""Tables over time: a period is published when it is over, together with its parts, and stands from then on.

Weeks, months and years of the same people are one system: a month tells what its weeks hide, and two totals of
which one holds a week more tell that week. So of the dimension of time

- a code is *over* when everything below it is; the total never is. What is not over says no more than its parts that are: their
  sum so far where all of them are published, and nothing where one of them is suppressed;
- when a period gets over that is part of nothing that is, it is protected as one system with all its parts. Of those, what
  was published before is published still, and what was suppressed is suppressed still (`Standing`);
- nothing that was published before is published with another number.

Then no published number joins what different calls protected. So each proof holds for all releases taken together, and old
weeks need not be looked at again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeVar

from anonymizer.attacker import identity
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import PeriodsChanged
from anonymizer.policy import Policy
from anonymizer.protect import protect_fitting, require_counted
from anonymizer.published import (
    Evidence,
    Identity,
    Key,
    Proof,
    ProtectedTable,
    ProtectedTables,
    PublishedTable,
    Standing,
    certify,
    count_cells,
)
from anonymizer.suppression import Progress

__all__ = ["protect_periods"]

Item = TypeVar("Item")


def protect_periods(
    counted: CountedTable,
    time: str,
    over: Collection[str],
    policy: Policy,
    *,
    released: PublishedTable | None = None,
    progress: Progress | None = None,
) -> ProtectedTables:
    """Protect what is over of a table and was not released yet; the result holds what was released, and it.

    `time` names the dimension of time, `over` its innermost codes that are over, `released` the table of the release
    before. Periods that were over then need no counts, unless they are part of one that gets over now. Raises `PeriodsChanged`
    where the released periods had other parts, and what `protect_tables` raises.
    """
    require_counted([counted], policy)
    periods = _Periods(counted, time, frozenset(over), released)
    done = {top: _protect_period(periods, top, policy, progress) for top in periods.tops}
    cells = _assemble(periods, {top: each.tables[0] for top, each in done.items()}, released)
    table = PublishedTable(counted.name, periods.dimensions, cells)
    evidence = _evidence(time, {top: each.proof.evidence for top, each in done.items()})
    proof = Proof({table.name: table.digest}, *count_cells([table]), evidence)
    return ProtectedTables(policy, (ProtectedTable(table.name, table.dimensions, cells, certify(table)),), proof)


def _protect_period(periods: "_Periods", top: str, policy: Policy, progress: Progress | None) -> ProtectedTables:
    """One period that gets over and is part of nothing that is, as a table of its own: its total is the period."""
    axis, tree = periods.axis, periods.tree
    inside = [code for code in periods.within(top) if code != top]
    parents = {TOTAL: None} | {code: TOTAL if tree.parents[code] == top else tree.parents[code] for code in inside}
    dimensions = _replaced(periods.counted.dimensions, axis, Dimension(periods.time, parents))
    members = {top: TOTAL} | dict(zip(inside, inside, strict=True))
    cells = {
        _replaced(key, axis, members[key[axis]]): count for key, count in periods.counted.cells.items() if key[axis] in members
    }
    standing = periods.standing_in(inside, dimensions)
    counted = CountedTable(periods.counted.name, dimensions, cells)
    return protect_fitting([counted], policy, standing=standing, progress=progress)


def _assemble(
    periods: "_Periods", done: Mapping[str, PublishedTable], released: PublishedTable | None
) -> dict[Key, int | None]:
    """All cells of all periods that have begun: protected now, released before, or what their parts say so far."""
    cells: dict[Key, int | None] = {}
    for code in periods.from_parts_up:
        for key in periods.cells_of(code):
            if code in periods.top_of:
                top = periods.top_of[code]
                cells[key] = done[top].cells[periods.below(top, key)]
            elif released is not None and code in periods.standing:
                cells[key] = released.cells[key]
            else:
                cells[key] = _so_far(cells, key, periods.axis, periods.dimensions[periods.axis].children[code])
    return {key: cells[key] for key in product(*(dimension.parents for dimension in periods.dimensions))}


class _Periods:
    """Which periods are over, which of them were released, and which get over now as part of nothing that is over."""

    def __init__(self, counted: CountedTable, time: str, over: frozenset[str], released: PublishedTable | None) -> None:
        self.counted, self.time, self._released = counted, time, released
        self.axis = [dimension.name for dimension in counted.dimensions].index(time)
        self.tree = counted.dimensions[self.axis]
        self._parts = _innermost(self.tree)
        self.standing = _standing(counted, self.axis, self._parts, released)
        if released is not None:
            over |= released.dimensions[self.axis].parents.keys() - released.dimensions[self.axis].children.keys()
        now = {code for code, parts in self._parts.items() if code != TOTAL and parts <= over}
        fresh = now - self.standing
        self.tops = [code for code in self.tree.parents if code in fresh and self.tree.parents[code] not in now]
        self.top_of = {code: top for top in self.tops for code in self.within(top)}
        begun = {code: parent for code, parent in self.tree.parents.items() if self._parts[code] & over or code == TOTAL}
        self.dimensions = _replaced(counted.dimensions, self.axis, Dimension(time, begun))

    @property
    def from_parts_up(self) -> list[str]:
        """The periods that have begun, each after its parts."""
        tree = self.dimensions[self.axis]
        return sorted(tree.parents, key=lambda code: -len(tree.climb(code)))

    def cells_of(self, code: str) -> Iterator[Key]:
        """The cells of a period."""
        along = ([code] if axis == self.axis else each.parents for axis, each in enumerate(self.dimensions))
        return product(*along)

    def within(self, top: str) -> list[str]:
        """A period and everything below it."""
        return [code for code in self.tree.parents if top in self.tree.climb(code)]

    def below(self, top: str, key: Key) -> Key:
        """A cell as it is called in the table of its period."""
        return _replaced(key, self.axis, TOTAL) if key[self.axis] == top else key

    def standing_in(self, codes: Sequence[str], dimensions: Sequence[Dimension]) -> Standing:
        """How the cells of some periods stand in what was released before."""
        standing: dict[Identity, int | None] = {}
        known = [code for code in codes if code in self.standing]
        if self._released is not None:
            along = [known if axis == self.axis else [*each.parents] for axis, each in enumerate(dimensions)]
            for key in product(*along):
                standing[identity(dimensions, key)] = self._released.cells[key]
        return standing


def _standing(
    counted: CountedTable, axis: int, parts: Mapping[str, frozenset[str]], released: PublishedTable | None
) -> set[str]:
    """The periods that were over in the release before; raises `PeriodsChanged` where they had other parts."""
    if released is None:
        return set()
    before, now = list(released.dimensions), list(counted.dimensions)
    tree = before.pop(axis) if len(before) == len(now) else None
    time = now.pop(axis).name
    if tree is None or tree.name != time or before != now:
        raise PeriodsChanged(table=counted.name, reason="its other dimensions are not what they were")
    then = _innermost(tree)
    if lost := [code for code in then if code not in parts] or [code for code in then if not then[code] <= parts[code]]:
        raise PeriodsChanged(table=counted.name, reason=f"{lost[0]} was released and is not there, or has lost a part")
    standing = {code for code in then if code != TOTAL and then[code] == parts[code]}
    for key, number in released.cells.items():
        code = key[axis]
        if number is not None and code not in standing and number != _so_far(released.cells, key, axis, tree.children[code]):
            raise PeriodsChanged(table=counted.name, reason=f"{code} was released as over and has more parts now")
    return standing


def _so_far(cells: Mapping[Key, int | None], key: Key, axis: int, parts: Iterable[str]) -> int | None:
    """What the published parts of a period add up to; None where one of them is suppressed."""
    numbers = [cells[_replaced(key, axis, part)] for part in parts]
    shown = [number for number in numbers if number is not None]
    return sum(shown) if len(shown) == len(numbers) else None


def _innermost(tree: Dimension) -> dict[str, frozenset[str]]:
    """The innermost codes that each code is made of."""
    parts: dict[str, set[str]] = {code: set() for code in tree.parents}
    for code in tree.parents:
        if code not in tree.children:
            for above in tree.climb(code):
                parts[above].add(code)
    return {code: frozenset(below) for code, below in parts.items()}


def _evidence(time: str, found: Mapping[str, Evidence | None]) -> Evidence:
    """The evidence of all periods that were protected, its cells named as in the whole table."""
    made = {top: evidence for top, evidence in found.items() if evidence is not None}
    narrowest = min(
        (each.narrowest for each in made.values() if each.narrowest), key=lambda ends: ends[1] - ends[0], default=None
    )
    alternatives = tuple(
        {_in_period(cell, time, top): change for cell, change in other.items()}
        for top, evidence in made.items()
        for other in evidence.alternatives
    )
    unsafe, complementary = (sum(getattr(each, kind) for each in made.values()) for kind in ("unsafe", "complementary"))
    return Evidence(unsafe, complementary, narrowest, alternatives)


def _in_period(cell: Identity, time: str, top: str) -> Identity:
    return cell if time in dict(cell) else tuple(sorted((*cell, (time, top))))


def _replaced(items: tuple[Item, ...], at: int, item: Item) -> tuple[Item, ...]:
    return (*items[:at], item, *items[at + 1 :])
