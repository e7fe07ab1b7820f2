"""Tables of the same people as one system, although they cut the people otherwise: joined by what their codes are made of.

A code is what lies below it. So of two tables

- a code that one of them divides further is the same code (a district before and after it was split);
- a code of which one holds only a part of what the other holds is another code, and a part of it (the year so far);
- bands of ages overlap: they are divided where any of them ends, and each is the sum of its pieces;
- any other code of the same name is the same, though it is cut otherwise (a region whose districts were drawn anew).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Final

from anonymizer.attacker import identity
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["RUNNING", "grows", "join_tables", "told_apart"]

RUNNING: Final = "~"
"""Begins what a total is called that runs, and what it lacks."""
REST: Final = "~rest of "
BAND: Final = re.compile(r"(\d+)(?:-(\d+)|\+)")
NO_END: Final = 10**6

Parts = Mapping[str, frozenset[str]]


def join_tables(tables: Sequence[PublishedTable]) -> list[PublishedTable]:
    """The same tables as one system: what one of them shows is shown, and what several say is said once.

    Where two of them show different numbers for a cell, both stay, so that the attacker finds the contradiction.
    """
    joined = told_apart(tables)
    numbers = [_numbers(table) for table in joined]
    told = {cell: number for each in numbers for cell, number in each.items()}
    filled = [_filled(table, told) for table in joined]
    if any(told[cell] != number for each in numbers for cell, number in each.items()):
        return filled
    told_once = [_without_repeats(table, filled[at + 1 :]) for at, table in enumerate(filled)]
    return [table for at, table in enumerate(told_once) if at == len(tables) - 1 or not _says_nothing_new(table)]


def _numbers(table: PublishedTable) -> dict[Identity, int]:
    return {identity(table.dimensions, key): number for key, number in table.cells.items() if number is not None}


def _filled(table: PublishedTable, told: Mapping[Identity, int]) -> PublishedTable:
    cells = {
        key: told.get(identity(table.dimensions, key)) if number is None else number for key, number in table.cells.items()
    }
    return replace(table, cells=cells)


def told_apart(tables: Sequence[PublishedTable]) -> list[PublishedTable]:
    """The same tables with names for their codes that mean the same in all of them."""
    joined = list(tables)
    for name in dict.fromkeys(dimension.name for table in tables for dimension in table.dimensions):
        trees = list(
            dict.fromkeys(_Tree(dimension) for table in joined for dimension in table.dimensions if dimension.name == name)
        )
        if len(trees) > 1:
            changed = _changes([tree.dimension for tree in trees])
            joined = [_changed(table, name, changed) for table in joined]
    return joined


def grows(one: Dimension, other: Dimension) -> bool:
    """Whether one of two dimensions only adds codes to the other, as time does."""
    return one.parents.items() <= other.parents.items() or other.parents.items() <= one.parents.items()


def _without_repeats(table: PublishedTable, later: Sequence[PublishedTable]) -> PublishedTable:
    """The table without the parts of a code of which a later one with the same other dimensions has the same parts."""
    for axis, dimension in enumerate(table.dimensions):
        others = [
            each
            for each in later
            if _crosses(each, dimension.name) and _others(each, dimension.name) == _others(table, dimension.name)
        ]
        again = {
            parent
            for parent, children in dimension.children.items()
            for each in others
            if parent != TOTAL and set(children) == set(_of(each, dimension.name).children.get(parent, ()))
        }
        parents = {code: above for code, above in dimension.parents.items() if not again & set(dimension.climb(code)[1:])}
        left = (*table.dimensions[:axis], Dimension(dimension.name, parents), *table.dimensions[axis + 1 :])
        cells = {key: table.cells[key] for key in product(*(each.parents for each in left))}
        table = replace(table, dimensions=left, cells=cells)
    return table


def _says_nothing_new(table: PublishedTable) -> bool:
    """Whether a table has totals that run, and all that it shows of them are sums of what it shows."""
    for axis, dimension in enumerate(table.dimensions):
        if any(code.startswith(RUNNING) for code in dimension.parents):
            return all(
                number is None or number == _sum_of_parts(table, axis, key)
                for key, number in table.cells.items()
                if key[axis].startswith(RUNNING) and not key[axis].startswith(REST)
            )
    return False


def _sum_of_parts(table: PublishedTable, axis: int, key: Key) -> int | None:
    parts = [table.cells[(*key[:axis], part, *key[axis + 1 :])] for part in table.dimensions[axis].children.get(key[axis], ())]
    shown = [part for part in parts if part is not None]
    return sum(shown) if len(shown) == len(parts) else None


def _crosses(table: PublishedTable, name: str) -> bool:
    return any(dimension.name == name for dimension in table.dimensions)


def _of(table: PublishedTable, name: str) -> Dimension:
    return next(dimension for dimension in table.dimensions if dimension.name == name)


def _others(table: PublishedTable, name: str) -> list[Dimension]:
    """The other dimensions of a table that has one of this name."""
    if not any(dimension.name == name for dimension in table.dimensions):
        return []
    return sorted((dimension for dimension in table.dimensions if dimension.name != name), key=lambda each: each.name)


class _Tree:
    """A dimension that can be compared: by its hierarchy, whatever the order of its codes."""

    def __init__(self, dimension: Dimension) -> None:
        self.dimension = dimension
        self._told = frozenset(dimension.parents.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tree) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)


_Change = tuple[Dimension, Mapping[str, str]]
"""A dimension in place of another, and what its codes are called there; a code that is new has no numbers."""


def _changes(trees: Sequence[Dimension]) -> dict[_Tree, _Change]:
    pieces = _pieces(trees)
    divided = [_divided(tree, pieces) for tree in trees]
    parts = [_parts(tree, divided) for tree in divided]
    return {_Tree(tree): _renamed(whole, own, parts, tree) for tree, whole, own in zip(trees, divided, parts, strict=True)}


def _pieces(trees: Sequence[Dimension]) -> list[tuple[int, int]]:
    """Where bands of numbers end, as pieces (first, last); none where codes are no bands."""
    leaves = [code for tree in trees for code in tree.parents if code not in tree.children]
    bands = [BAND.fullmatch(code) for code in leaves]
    if not all(bands):
        return []
    starts = sorted({bound for band in bands if band for bound in (_ends(band.group())[0], _ends(band.group())[1] + 1)})
    return [(low, high - 1) for low, high in pairwise(starts)]


def _ends(code: str) -> tuple[int, int]:
    low, _, high = code.rstrip("+").partition("-")
    return int(low), int(high) if high else NO_END


def _divided(tree: Dimension, pieces: Sequence[tuple[int, int]]) -> Dimension:
    """The tree with every band divided into the pieces that it is made of."""
    parents = dict(tree.parents)
    for code in tree.parents:
        if pieces and code not in tree.children:
            low, high = _ends(code)
            inside = [piece for piece in pieces if low <= piece[0] and piece[1] <= high]
            if len(inside) > 1:
                parents |= {f"{first}-{last}" if last < NO_END else f"{first}+": code for first, last in inside}
    return Dimension(tree.name, parents)


def _parts(tree: Dimension, trees: Sequence[Dimension]) -> Parts:
    """The innermost codes, of all trees, that each code of this tree is made of."""

    def below(code: str, seen: frozenset[str]) -> frozenset[str]:
        for other in (tree, *trees):
            if children := [child for child in other.children.get(code, ()) if child not in seen]:
                return frozenset().union(*(below(child, seen | {code}) for child in children))
        return frozenset({code})

    return {code: below(code, frozenset()) for code in tree.parents}


def _renamed(tree: Dimension, own: Parts, all_parts: Sequence[Parts], before: Dimension) -> _Change:
    """Codes that hold less than elsewhere get names of their own, beside what they lack of the whole."""
    named: dict[str, str] = {}
    for code, parts in own.items():
        seen = sorted({other[code] for other in all_parts if code in other}, key=lambda each: (-len(each), sorted(each)))
        less = any(parts < other for other in seen)
        named[code] = f"{RUNNING}{code} to {max(parts)} ({seen.index(parts)})" if less else code
    parents: dict[str, str | None] = {TOTAL: None}
    if named[TOTAL] != TOTAL:
        parents |= {named[TOTAL]: TOTAL, f"{REST}{named[TOTAL]}": TOTAL}
    parents |= {named[code]: named[parent] for code, parent in tree.parents.items() if parent is not None}
    return Dimension(tree.name, parents), {named[code]: code for code in before.parents}


def _changed(table: PublishedTable, name: str, changes: Mapping[_Tree, _Change]) -> PublishedTable:
    for axis, dimension in enumerate(table.dimensions):
        if dimension.name == name:
            new, old_names = changes[_Tree(dimension)]
            dimensions = (*table.dimensions[:axis], new, *table.dimensions[axis + 1 :])
            cells = {key: _number(table, axis, key, old_names) for key in product(*(each.parents for each in dimensions))}
            return PublishedTable(table.name, dimensions, cells)
    return table


def _number(table: PublishedTable, axis: int, key: Key, old_names: Mapping[str, str]) -> int | None:
    code = old_names.get(key[axis])
    return None if code is None else table.cells[(*key[:axis], code, *key[axis + 1 :])]
