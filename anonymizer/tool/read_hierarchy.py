"""A hierarchy file: columns `code` and `parent`, and whatever stands beside them.

The one code without a parent is the total. Whatever it is called in the file, it is published as `_T`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import HierarchyFileUnfit, TableUnreadable
from anonymizer.tool.read_columns import Columns, read_columns

__all__ = ["Hierarchy", "check_code", "read_hierarchy"]

CODE, PARENT = "code", "parent"


@dataclass(frozen=True)
class Hierarchy:
    """A dimension, and what its total is called in the file it was read from."""

    dimension: Dimension
    root: str


def read_hierarchy(name: str, path: Path) -> Hierarchy:
    """Read the hierarchy of a dimension; raises `TableUnreadable` and `HierarchyFileUnfit`."""
    columns = read_columns(path)
    for wanted in (CODE, PARENT):
        if wanted not in columns.columns:
            raise TableUnreadable(file=path, reason=f"it has no column {wanted}")
    return _Reading(name, columns).hierarchy()


def check_code(code: str) -> str:
    """What is wrong with a code by itself; empty where nothing is."""
    if not code:
        return "there is no code"
    if code != code.strip():
        return f"the code '{code}' has spaces at its ends"
    if not code.isprintable():
        return "a code has unprintable letters"
    return ""


class _Reading:
    def __init__(self, name: str, columns: Columns) -> None:
        self._name, self._columns = name, columns
        code, parent = columns.columns[CODE], columns.columns[PARENT]
        self._pairs: Final = [
            (code.texts[own], parent.texts[above]) for own, above in zip(code.rows.tolist(), parent.rows.tolist(), strict=True)
        ]

    def hierarchy(self) -> Hierarchy:
        parents = self._parents()
        roots = [(row, code) for row, (code, parent) in enumerate(self._pairs) if not parent]
        if not roots:
            self._refuse(None, "no code has an empty parent, so there is no total")
        if len(roots) > 1:
            self._refuse(roots[1][0], f"{roots[1][1]} has no parent, and neither has {roots[0][1]}: there is one total")
        root = roots[0][1]
        if len(parents) == 1:
            self._refuse(None, "it has no code below the total")
        self._check_parents(parents, root)
        named: dict[str, str | None] = {TOTAL: None}
        named |= {code: TOTAL if parent == root else parent for code, parent in parents.items() if code != root}
        return Hierarchy(Dimension(self._name, named), root)

    def _parents(self) -> dict[str, str]:
        parents: dict[str, str] = {}
        for row, (code, parent) in enumerate(self._pairs):
            if reason := check_code(code):
                self._refuse(row, reason)
            if code in parents:
                told = "has two parents" if parents[code] != parent else "stands there twice"
                self._refuse(row, f"{code} {told}")
            if code == TOTAL and parent:
                self._refuse(row, f"{TOTAL} means the total, and has a parent here")
            parents[code] = parent
        return parents

    def _check_parents(self, parents: dict[str, str], root: str) -> None:
        reaches_root = {root}
        for row, (code, parent) in enumerate(self._pairs):
            if parent and parent not in parents:
                self._refuse(row, f"{parent}, the parent of {code}, is not among the codes")
        for row, (code, _) in enumerate(self._pairs):
            path = [code]
            while path[-1] not in reaches_root:
                path.append(parents[path[-1]])
                if len(path) > len(parents):
                    self._refuse(row, f"{code} is part of itself, or of a code that is part of itself")
            reaches_root.update(path)

    def _refuse(self, row: int | None, reason: str) -> None:
        at = "" if row is None else f", line {self._columns.line(row)}"
        raise HierarchyFileUnfit(file=self._columns.path, at=at, dimension=self._name, reason=reason)
