"""Read a release of noisy numbers back. It may come from anybody, so nothing in it is trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anonymizer.alternatives.write_released import LEVEL, MARKS
from anonymizer.dimension import Dimension
from anonymizer.errors import HierarchyUnfit, ReleaseUnreadable
from anonymizer.method import Method
from anonymizer.tool.certificate import CERTIFICATE
from anonymizer.tool.describe_package import PACKAGE
from anonymizer.tool.read_columns import Columns, read_columns
from anonymizer.tool.read_release import path_within, read_dimension, read_json

__all__ = ["Numbers", "ReadNoisy", "Stated", "read_noisy", "read_rows", "read_stated"]

Numbers = dict[tuple[str, ...], int]


@dataclass(frozen=True)
class Stated:
    """What package and certificate say of a release; `agree` is whether they say the same of its method and promise."""

    name: str
    method: Method
    dimensions: tuple[Dimension, ...]
    measure: str
    path: Path
    promise: Mapping[str, Any]
    agree: bool


@dataclass(frozen=True)
class ReadNoisy(Stated):
    """A release of noisy numbers: by level, where there are levels, and codes."""

    numbers: Numbers


def read_stated(folder: Path) -> Stated:
    """What a release by this room's methods says of itself. Raises `ReleaseUnreadable`."""
    package, certificate = read_json(folder, PACKAGE), read_json(folder, CERTIFICATE)
    try:
        [table] = (one for one in package["resources"] if "dimensions" in one)
        path = path_within(folder, str(table["path"]))
        promise, method = certificate["promise"], Method(certificate["method"])
        agree = package["method"] == method and package["confidentiality"]["promise"] == promise
        measure = str((package["counts"] or {}).get("column", ""))
        dimensions = tuple(read_dimension(one) for one in package["dimensions"])
    except (AttributeError, KeyError, TypeError, ValueError, HierarchyUnfit) as error:
        raise ReleaseUnreadable(folder=folder, reason=f"{PACKAGE} does not describe it ({type(error).__name__})") from None
    return Stated(path.stem, method, dimensions, measure, path, promise, agree)


def read_noisy(folder: Path) -> ReadNoisy:
    """Its numbers. Raises `ReleaseUnreadable`, `TableUnreadable`, also where a cell stands there twice or has other marks."""
    stated = read_stated(folder)
    levels = [LEVEL] if stated.method is Method.DIFFERENTIAL_PRIVACY else []
    named = [*levels, *(each.name for each in stated.dimensions), stated.measure, "obs_status", "conf_status"]
    found: Numbers = {}
    for *key, number, observed, confidential in read_rows(folder, read_columns(stated.path), named):
        if tuple(key) in found or (observed, confidential) != MARKS:
            reason = f"{','.join(key)} stands there twice, or without the marks {' and '.join(MARKS)}"
            raise ReleaseUnreadable(folder=folder, reason=reason)
        try:
            found[tuple(key)] = int(number)
        except ValueError:
            raise ReleaseUnreadable(folder=folder, reason=f"{','.join(key)} has no whole number") from None
    return ReadNoisy(**vars(stated), numbers=found)


def read_rows(folder: Path, columns: Columns, named: list[str]) -> list[tuple[str, ...]]:
    """The rows of a file with just these columns. Raises `ReleaseUnreadable`."""
    if list(columns.columns) != named:
        raise ReleaseUnreadable(folder=folder, reason=f"the columns of {columns.path.name} are not {', '.join(named)}")
    texts = ([columns.columns[name].texts[at] for at in columns.columns[name].rows.tolist()] for name in named)
    return list(zip(*texts, strict=True))
