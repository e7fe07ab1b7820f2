"""Check a release of noisy numbers from its folder alone: cells, marks, and what its method promises as far as it can be seen.

Nothing was proven by suppression, and nothing here says so. That the noise is what it is said to be, and that the register was
kept, has to be believed of whoever made the release.
"""

from collections.abc import Mapping
from itertools import product
from math import isclose
from pathlib import Path
from typing import Any, Final

from anonymizer.differential_privacy import cost, epsilon_of, read_level
from anonymizer.dimension import Dimension
from anonymizer.errors import HierarchyUnfit, TableUnreadable
from anonymizer.method import Method
from anonymizer.tool.check_files import Check, check_hierarchies
from anonymizer.tool.describe_package import PACKAGE
from anonymizer.tool.read_columns import Columns, read_columns
from anonymizer.tool.read_release import read_dimension, read_json
from anonymizer.tool.write_noisy import LEVEL, MARKS, NOISY_FORMAT
from core.errors import Problem

__all__ = ["verify_noisy"]

CELLS: Final = "every cell is there once, with a whole number and the marks of an estimate"
LEAST: Final = "no number is negative, and none is above zero and under the smallest that may be shown"
LOSS: Final = "the noise costs what the certificate says, and the budget is the epsilon that it says"

Numbers = dict[tuple[str, ...], int]


def verify_noisy(folder: Path, certificate: Mapping[str, Any]) -> list[Check]:
    """Everything but the hashes of the files, in order."""
    try:
        package = read_json(folder, PACKAGE)
        dimensions = tuple(read_dimension(one) for one in package["dimensions"])
        [table] = (one for one in package["resources"] if "dimensions" in one)
        promise, method = certificate["promise"], Method(certificate["method"])
        stated = package["method"] == method and package["confidentiality"]["promise"] == promise
        measure = str(package["counts"]["column"])
        numbers = _numbers(read_columns(folder / str(table["path"])), dimensions, measure, levelled=_is_private(method))
        wanted = _keys(dimensions, promise, method)
        kept = _promise(method, promise, numbers)
    except (KeyError, TypeError, ValueError, HierarchyUnfit, TableUnreadable, Problem) as error:
        reason = error.what if isinstance(error, Problem) else f"they cannot be read ({type(error).__name__}: {error})"
        return [Check(CELLS, reason)]
    same = certificate.get("format") == NOISY_FORMAT and stated
    return [
        Check(CELLS, "" if numbers.keys() == wanted else "cells are missing, or there are others"),
        check_hierarchies(folder, dimensions),
        Check("the release and its certificate state the same method and promise", "" if same else "they differ"),
        kept,
    ]


def _is_private(method: Method) -> bool:
    return method is Method.DIFFERENTIAL_PRIVACY


def _numbers(columns: Columns, dimensions: tuple[Dimension, ...], measure: str, *, levelled: bool) -> Numbers:
    """The numbers by cell; raises ValueError where a cell stands there twice or has other marks."""
    named = [*([LEVEL] if levelled else []), *(each.name for each in dimensions), measure, "obs_status", "conf_status"]
    texts = ([columns.columns[name].texts[at] for at in columns.columns[name].rows.tolist()] for name in named)
    found: Numbers = {}
    for *key, number, observed, confidential in zip(*texts, strict=True):
        if tuple(key) in found:
            raise ValueError(f"{','.join(key)} stands there twice")
        if (observed, confidential) != MARKS:
            raise ValueError(f"{','.join(key)} has other marks than {' and '.join(MARKS)}")
        found[tuple(key)] = int(number)
    return found


def _keys(dimensions: tuple[Dimension, ...], promise: Mapping[str, Any], method: Method) -> set[tuple[str, ...]]:
    if not _is_private(method):
        return set(product(*(each.parents for each in dimensions)))
    levels = (read_level(text, dimensions).within(promise["time"], promise["periods"]) for text in promise["levels"])
    return {(str(level), *key) for level in levels for key in level.keys}


def _promise(method: Method, promise: Mapping[str, Any], numbers: Numbers) -> Check:
    if not _is_private(method):
        least = int(promise["least"])
        wrong = sum(number < 0 or 0 < number < least for number in numbers.values())
        return Check(LEAST, f"{wrong} are" if wrong else "")
    costs = isclose(cost(float(promise["scale"]), len(promise["levels"])), promise["rho"])
    means = isclose(epsilon_of(promise["budget"], promise["delta"]), promise["epsilon"])
    within = 0 < promise["rho"] <= promise["spent"] <= promise["budget"]
    return Check(LOSS, "" if costs and means and within else "it is not so")
