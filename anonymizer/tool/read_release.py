"""Read a release folder back: what it publishes, and under which policy. It may come from anybody, so nothing in it is trusted.

Folders of the weekly report are read as well: what is needed stands in `datapackage.json` and the CSV files it names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path, PurePosixPath
from typing import Any, Final, NoReturn

import numpy as np

from anonymizer.dimension import Dimension
from anonymizer.errors import HierarchyUnfit, PolicyUnreadable, ReleaseUnfit, ReleaseUnreadable
from anonymizer.method import Method
from anonymizer.policy import Policy, policy_from
from anonymizer.published import PublishedTable, Rounding
from anonymizer.tool.cell_names import write_cell
from anonymizer.tool.describe_package import PACKAGE
from anonymizer.tool.read_columns import Column, Places, read_columns
from anonymizer.tool.read_table import MOST_CELLS

__all__ = ["Release", "path_within", "read_dimension", "read_json", "read_release"]

PERSONS: Final = "persons"
HIDDEN: Final = -1
DIGITS: Final = 15  # of a number that is exact in every program
WITHOUT_SUPPRESSION: Final = frozenset({Method.CELL_KEYS, Method.DIFFERENTIAL_PRIVACY, Method.MICRODATA, Method.SYNTHETIC})
FREE, ROUNDED, SUPPRESSED = ({"A", "P"}, {"F"}), ({"E"}, {"F"}), ({"Q"}, {"C"})


@dataclass(frozen=True)
class Release:
    """What a folder publishes. `policy` is what it says it was protected under; None where it says nothing."""

    folder: Path
    package: dict[str, Any]
    measure: str
    tables: tuple[PublishedTable, ...]
    policy: Policy | None


def read_release(folder: Path) -> Release:
    """Read a release; raises `ReleaseUnreadable` where it is none, and `ReleaseUnfit` where its tables are damaged."""
    package = read_json(folder, PACKAGE)
    path = folder / PACKAGE
    if (method := package.get("method")) in WITHOUT_SUPPRESSION:
        raise ReleaseUnreadable(folder=folder, reason=f"it was made by the method {method}, which hides no cell")
    try:
        dimensions = {one["name"]: read_dimension(one) for one in package["dimensions"]}
        measure = str(package.get("counts", {}).get("column", PERSONS))
        described = [
            (
                str(one["path"]),
                [_upto(one.get("levels", {}).get(name), dimensions[name]) for name in one["dimensions"]],
                str(one.get("counts", {}).get("column", measure)),
                Rounding(int(one["rounding"]["base"]), int(one["rounding"]["within"])) if "rounding" in one else None,
            )
            for one in package["resources"]
            if "dimensions" in one
        ]
        policy = package.get("confidentiality", {}).get("policy")
        stated = None if policy is None else policy_from(policy, path)
    except (AttributeError, KeyError, TypeError, ValueError, HierarchyUnfit, PolicyUnreadable) as error:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} does not describe it ({type(error).__name__})") from None
    if not described:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} names no table with dimensions")
    tables = tuple(_Reading(folder, *table).table() for table in described)
    if len({table.method for table in tables}) > 1:
        raise ReleaseUnreadable(folder=folder, reason="some of its tables are rounded, and others are not")
    return Release(folder, package, measure, tables, stated)


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON object of the folder; raises `ReleaseUnreadable`."""
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ReleaseUnreadable(folder=folder, reason=f"{name}: {error.strerror or type(error).__name__}") from None
    except ValueError:
        raise ReleaseUnreadable(folder=folder, reason=f"{name} is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise ReleaseUnreadable(folder=folder, reason=f"{name} is not an object of JSON")
    return found


def read_dimension(described: Mapping[str, Any]) -> Dimension:
    """A dimension as a package describes it; raises `HierarchyUnfit`, and KeyError or TypeError where it is not described."""
    return Dimension(str(described["name"]), {str(one["code"]): one["parent"] for one in described["members"]})


def _upto(level: int | None, dimension: Dimension) -> Dimension:
    return dimension if level is None else dimension.upto(int(level))


def path_within(folder: Path, path: str) -> Path:
    """A file that the package names; raises `ReleaseUnreadable` where it lies outside."""
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} names {path}, which lies outside")
    return folder / path


class _Reading:
    """One table of a release, checked row by row: every cell of every level once, each with the marks that fit it."""

    def __init__(
        self, folder: Path, path: str, dimensions: Sequence[Dimension], measure: str, rounding: Rounding | None
    ) -> None:
        self._path, self._dimensions, self._measure, self._rounding = path, tuple(dimensions), measure, rounding
        if prod(len(dimension.parents) for dimension in dimensions) > MOST_CELLS:
            raise ReleaseUnreadable(folder=folder, reason=f"{path} would have more than {MOST_CELLS:,} cells")
        self._columns = read_columns(path_within(folder, path))

    def table(self) -> PublishedTable:
        at = self._places()
        counts = self._counts()
        self._check_marks(counts)
        ordered = np.empty_like(counts)
        ordered[at] = counts
        keys = product(*(dimension.parents for dimension in self._dimensions))
        cells = {key: None if count == HIDDEN else count for key, count in zip(keys, ordered.tolist(), strict=True)}
        return PublishedTable(PurePosixPath(self._path).stem, self._dimensions, cells, rounding=self._rounding)

    def _places(self) -> Places:
        """The number of each row's cell."""
        shape = tuple(len(dimension.parents) for dimension in self._dimensions)
        places = [self._codes(dimension) for dimension in self._dimensions]
        at = np.ravel_multi_index(tuple(places), shape)
        times = np.bincount(at, minlength=prod(shape))
        if np.any(times > 1):
            row = int(np.flatnonzero(times[at] > 1)[-1])
            self._refuse(row, f"{self._cell(int(at[row]), shape)} stands there twice")
        if np.any(times == 0):
            self._refuse(None, f"{self._cell(int(np.argmin(times)), shape)} is missing")
        return at.astype(np.int64)

    def _codes(self, dimension: Dimension) -> Places:
        column = self._column(dimension.name)
        for number, code in enumerate(column.texts):
            if code not in dimension.parents:
                self._refuse_text(column, number, f"{dimension.name} has no code {code}")
        return np.array([dimension.positions[code] for code in column.texts], np.int64)[column.rows]

    def _counts(self) -> Places:
        """The count of each row, `HIDDEN` where it is empty."""
        column = self._column(self._measure)
        for number, text in enumerate(column.texts):
            if text and not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
                self._refuse_text(column, number, f"{column.name} is neither empty nor a whole number")
        return np.array([int(text) if text else HIDDEN for text in column.texts], np.int64)[column.rows]

    def _check_marks(self, counts: Places) -> None:
        hidden = counts == HIDDEN
        free = FREE if self._rounding is None else ROUNDED
        for name, of_shown, of_hidden in zip(("obs_status", "conf_status"), free, SUPPRESSED, strict=True):
            column = self._column(name)
            shown = np.array([text in of_shown for text in column.texts], bool)[column.rows]
            concealed = np.array([text in of_hidden for text in column.texts], bool)[column.rows]
            for rows, fits, what in ((~hidden, shown, "a number"), (hidden, concealed, "an empty value")):
                if np.any(wrong := rows & ~fits):
                    self._refuse(int(np.argmax(wrong)), f"{name} does not fit {what}")

    def _column(self, name: str) -> Column:
        if name not in self._columns.columns:
            self._refuse(None, f"it has no column {name}")
        return self._columns.columns[name]

    def _cell(self, at: int, shape: tuple[int, ...]) -> str:
        places = zip(self._dimensions, np.unravel_index(at, shape), strict=True)
        codes = [list(dimension.parents)[place] for dimension, place in places]
        return write_cell(self._dimensions, tuple(codes))

    def _refuse_text(self, column: Column, number: int, reason: str) -> NoReturn:
        self._refuse(int(np.argmax(column.rows == number)), reason)

    def _refuse(self, row: int | None, reason: str) -> NoReturn:
        at = "" if row is None else f", line {self._columns.line(row)}"
        raise ReleaseUnfit(file=self._path, at=at, reason=reason)
