"""What a table of one dimension tells: each code that is shown, and those that are hidden together, whose sum follows.

These are all the numbers that anybody can know of it, and the smallest: every other is a sum of them.
"""

from collections.abc import Container, Iterable, Iterator
from typing import Final, TypeAlias

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.published import PublishedTable

__all__ = ["ALL", "Group", "groups_of", "groups_told", "leaves_of"]

Group: TypeAlias = tuple[str, ...]
ALL: Final[Group] = (TOTAL,)


def groups_of(table: PublishedTable) -> list[Group]:
    """The groups that a published table tells; none where its total is hidden."""
    [dimension] = table.dimensions
    shown = {code for (code,), number in table.cells.items() if number is not None}
    return list(groups_told(dimension, shown)) if TOTAL in shown else []


def groups_told(dimension: Dimension, shown: Container[str]) -> Iterator[Group]:
    """Of a table whose total is shown, the groups of codes whose number is told: one code, or those hidden under a parent that
    is shown. Below a code that is hidden nothing is told."""
    yield ALL
    yield from _below(dimension, TOTAL, shown)


def leaves_of(dimension: Dimension, group: Iterable[str]) -> frozenset[str]:
    """The innermost codes of a group."""
    inside = set(group)
    return frozenset(
        code for code in dimension.parents if code not in dimension.children and inside.intersection(dimension.climb(code))
    )


def _below(dimension: Dimension, parent: str, shown: Container[str]) -> Iterator[Group]:
    codes = dimension.children.get(parent, ())
    if hidden := tuple(code for code in codes if code not in shown):
        yield hidden
    for code in codes:
        if code in shown:
            yield (code,)
            yield from _below(dimension, code, shown)
