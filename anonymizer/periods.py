"""Tables over time: a period is published when it is over, together with its parts, and stands from then on.

Weeks, months and years of the same people are one system: a month tells what its weeks hide, and two totals of
which one holds a week more tell that week. So of the dimension of time

- a code is *over* when everything below it is; the total never is. What is not over says no more than its parts that are: their
  sum so far where all of them are published, and nothing where one of them is suppressed;
- a week hides rather what earlier weeks of its month hide than other cells, so that the month hides fewer;
- when a period gets over, it is protected as one system with all its parts, after them. Of those, what was published before is
  published still, and what was suppressed is suppressed still (`Standing`): only the cells of the period itself are decided;
- nothing that was published before is published with another number.

Then no published number joins what different calls protected. So each proof holds for all releases taken together, and old
weeks need not be looked at again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
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
    before. A week that closes a month is protected as if it closed none, and then the month beside it.
    Periods that were over then need no counts, unless they are part of one that gets over now. Raises `PeriodsChanged`
    where the released periods had other parts, and what `protect_tables` raises.
    """
    require_counted([counted], policy)
    periods = _Periods(counted, time, frozenset(over), released)
    cells: dict[Key, int | None] = {}
    done = {}
    for code in periods.from_parts_up:
        if code in periods.fresh:
            done[code] = _protect_period(periods, code, cells, policy, progress)
            cells |= {periods.of(code, key): number for key, number in done[code].tables[0].cells.items()}
        else:
            cells |= _so_far_or_before(periods, code, cells, released)
    cells = {key: cells[key] for key in product(*(dimension.parents for dimension in periods.dimensions))}
    table = PublishedTable(counted.name, periods.dimensions, cells)
    evidence = _evidence(time, {top: done[top].proof.evidence for top in periods.tops})
    proof = Proof({table.name: table.digest}, *count_cells([table]), evidence)
    return ProtectedTables(policy, (ProtectedTable(table.name, table.dimensions, cells, certify(table)),), proof)


def _protect_period(
    periods: "_Periods", period: str, cells: Mapping[Key, int | None], policy: Policy, progress: Progress | None
) -> ProtectedTables:
    """One period that gets over as a table of its own, whose total it is, beside its parts as `cells` show them."""
    axis, tree = periods.axis, periods.tree
    inside = periods.within(period)[1:]
    parents = {TOTAL: None} | {code: TOTAL if tree.parents[code] == period else tree.parents[code] for code in inside}
    dimensions = _replaced(periods.counted.dimensions, axis, Dimension(periods.time, parents))
    members = {period: TOTAL} | dict(zip(inside, inside, strict=True))
    counts = {
        _replaced(key, axis, members[key[axis]]): count for key, count in periods.counted.cells.items() if key[axis] in members
    }
    along = [inside if at == axis else [*each.parents] for at, each in enumerate(dimensions)]
    standing = {identity(dimensions, key): cells[key] for key in product(*along)}
    counted = CountedTable(periods.counted.name, dimensions, counts)
    if inside:
        return protect_fitting([counted], policy, standing=standing, time=periods.time, progress=progress)
    return protect_fitting([counted], policy, hidden_before=_hidden_before(periods, period, cells), progress=progress)


def _hidden_before(periods: "_Periods", period: str, cells: Mapping[Key, int | None]) -> frozenset[Identity]:
    """What those parts hide that `cells` shows already of the longer period that one is part of."""
    parent = periods.tree.parents[period]
    beside = () if parent in {TOTAL, None} else periods.dimensions[periods.axis].children[parent]
    others = tuple(each for each in periods.dimensions if each.name != periods.time)
    keys = (key for code in beside for key in periods.cells_of(code) if cells.get(key, 0) is None)
    return frozenset(identity(others, (*key[: periods.axis], *key[periods.axis + 1 :])) for key in keys)


def _so_far_or_before(
    periods: "_Periods", code: str, cells: Mapping[Key, int | None], released: PublishedTable | None
) -> dict[Key, int | None]:
    """A period as it was released before, or what its parts say so far."""
    if released is not None and code in periods.standing:
        return {key: released.cells[key] for key in periods.cells_of(code)}
    parts = periods.dimensions[periods.axis].children[code]
    return {key: _so_far(cells, key, periods.axis, parts) for key in periods.cells_of(code)}


class _Periods:
    """Which periods are over, which were released, which get over now, and which of these are part of nothing that is."""

    def __init__(self, counted: CountedTable, time: str, over: frozenset[str], released: PublishedTable | None) -> None:
        self.counted, self.time, self._released = counted, time, released
        self.axis = [dimension.name for dimension in counted.dimensions].index(time)
        self.tree = counted.dimensions[self.axis]
        self._parts = _innermost(self.tree)
        self.standing = _standing(counted, self.axis, self._parts, released)
        if released is not None:
            over |= released.dimensions[self.axis].parents.keys() - released.dimensions[self.axis].children.keys()
        now = {code for code, parts in self._parts.items() if code != TOTAL and parts <= over}
        self.fresh = now - self.standing
        self.tops = [code for code in self.tree.parents if code in self.fresh and self.tree.parents[code] not in now]
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

    def within(self, period: str) -> list[str]:
        """A period, and then everything below it."""
        below = [code for code in self.tree.parents if period in self.tree.climb(code) and code != period]
        return [period, *below]

    def of(self, period: str, key: Key) -> Key:
        """A cell of the table of a period as it is called in the whole."""
        return _replaced(key, self.axis, period) if key[self.axis] == TOTAL else key


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
