"""A release as an attacker opens it: all its files, as they lie there.

Nothing is refused that can be read: rows that are missing, marks that differ and columns that do not belong there are what
the attacks look for. Reading with every check is `anonymizer.tool.read_release`.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Any, Final

from anonymizer.attacker import identity
from anonymizer.dimension import Dimension
from anonymizer.errors import HierarchyUnfit, PolicyUnreadable, ReleaseUnreadable
from anonymizer.policy import Policy, policy_from
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["PACKAGE", "Names", "Published", "Sheet", "open_release"]

PACKAGE: Final = "datapackage.json"
PERSONS: Final = "persons"

Names = Mapping[tuple[str, str], str]
"""What each code of each dimension is called in one language: (dimension, code) to name."""


@dataclass(frozen=True)
class Sheet:
    """A CSV table as its rows lie in the file."""

    name: str
    path: str
    measure: str
    dimensions: tuple[Dimension, ...]
    rows: Sequence[Mapping[str, str]] = field(repr=False)

    def key(self, row: Mapping[str, str]) -> Key:
        """The codes of a row."""
        return tuple(row.get(dimension.name, "") for dimension in self.dimensions)

    def every_key(self) -> Iterator[Key]:
        """Every cell that the table must have."""
        return product(*(dimension.parents for dimension in self.dimensions))

    @cached_property
    def table(self) -> PublishedTable:
        """The table; a cell without a row or without a whole number counts as suppressed."""
        told = {self.key(row): _count(row.get(self.measure, "")) for row in self.rows}
        return PublishedTable(self.name, self.dimensions, {key: told.get(key) for key in self.every_key()})


@dataclass(frozen=True, eq=False)
class Published:
    """A release: its files by path, when each was written (seconds since 1970), and its tables. No two are equal."""

    folder: Path
    files: Mapping[str, bytes] = field(repr=False)
    times: Mapping[str, float] = field(repr=False)
    package: Mapping[str, Any] = field(repr=False)
    policy: Policy
    sheets: tuple[Sheet, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def period(self) -> str:
        """The week, month or year that all its tables speak of; empty where time is a dimension of them."""
        stated = self.package.get("temporal", {})
        return str(stated.get("week") or stated.get("month") or stated.get("year") or "")

    @property
    def is_stock(self) -> bool:
        """Whether it counts who is there at the end of its period, and not what happened in it."""
        return bool(self.package.get("counts", {}).get("is") == "stock")

    @property
    def tables(self) -> tuple[PublishedTable, ...]:
        return tuple(sheet.table for sheet in self.sheets)

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        return {dimension.name: dimension for sheet in self.sheets for dimension in sheet.dimensions}

    @cached_property
    def figures(self) -> dict[Identity, int | None]:
        """Every cell by what it is; None where it is shown in no table."""
        told: dict[Identity, int | None] = {}
        for table in self.tables:
            for key, number in table.cells.items():
                name = identity(table.dimensions, key)
                told[name] = number if told.get(name) is None else told[name]
        return told

    @cached_property
    def names(self) -> dict[str, Names]:
        """By language, what codes are called; empty where the release names none."""
        found: dict[str, dict[tuple[str, str], str]] = {}
        for dimension in self.package["dimensions"]:
            for member in dimension["members"]:
                for language, name in member.get("names", {}).items():
                    found.setdefault(language, {})[dimension["name"], member["code"]] = str(name)
        return dict(found)

    def text(self, path: str) -> str:
        """A file as text; letters that are none are left out."""
        return self.files[path].decode("utf-8", "ignore")

    def paths(self, *endings: str) -> list[str]:
        """The files whose names end so, in order."""
        return sorted(path for path in self.files if path.endswith(endings))


def open_release(folder: Path) -> Published:
    """Read a release folder; raises `ReleaseUnreadable` where it has no package that names its tables.

    A folder within it that has a package of its own is another release, of other people.
    """
    try:
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        within = [path.parent for path in found if path.name == PACKAGE and path.parent != folder]
        paths = [path for path in found if not any(path.is_relative_to(other) for other in within)]
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        times = {path.relative_to(folder).as_posix(): path.stat().st_mtime for path in paths}
    except OSError as error:
        raise ReleaseUnreadable(folder=folder, reason=error.strerror or type(error).__name__) from None
    if PACKAGE not in files:
        raise ReleaseUnreadable(folder=folder, reason=f"it has no {PACKAGE}")
    try:
        package = json.loads(files[PACKAGE])
        sheets = tuple(_sheets(package, files))
        stated = package.get("confidentiality", {}).get("policy")
        policy = Policy() if stated is None else policy_from(stated, folder / PACKAGE)
    except (AttributeError, KeyError, TypeError, ValueError, HierarchyUnfit, PolicyUnreadable) as error:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} does not describe it ({type(error).__name__})") from None
    if not sheets:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} names no table with dimensions")
    return Published(folder, files, times, package, policy, sheets)


def _sheets(package: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Sheet]:
    parents = {
        one["name"]: Dimension(one["name"], {each["code"]: each["parent"] for each in one["members"]})
        for one in package["dimensions"]
    }
    measure = str(package.get("counts", {}).get("column", PERSONS))
    for one in package["resources"]:
        if "dimensions" in one:
            path = str(one["path"])
            rows = list(csv.DictReader(StringIO(files[path].decode("utf-8-sig"), newline=""), restval=""))
            levels = one.get("levels", {})
            along = tuple(
                parents[name].upto(int(levels[name])) if name in levels else parents[name] for name in one["dimensions"]
            )
            counted = str(one.get("counts", {}).get("column", measure))
            yield Sheet(PurePosixPath(path).stem, path, counted, along, rows)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
