"""Check a release of noisy numbers or of records from its folder alone: what its method promises, as far as it can be seen.

Nothing was proven by suppression, and nothing here says so. That noise is what it is said to be, that every row is of another
person, and that the register was kept, has to be believed of whoever made the release.
"""

from collections.abc import Mapping
from itertools import product
from math import isclose, prod
from pathlib import Path
from typing import Any, Final

from anonymizer.alternatives.read_noisy import ReadNoisy, Stated, read_noisy, read_rows, read_stated
from anonymizer.alternatives.write_released import METHOD_FORMAT
from anonymizer.differential_privacy import cost, epsilon_of, read_level
from anonymizer.method import Method
from anonymizer.microdata import Rules, unsafe_classes
from anonymizer.tool.check_files import Check, check_hierarchies
from anonymizer.tool.read_columns import read_columns
from anonymizer.tool.read_table import MOST_CELLS
from core.errors import Problem

__all__ = ["verify_noisy", "verify_records"]

CELLS: Final = "every cell is there once, with a whole number and the marks of an estimate"
LEAST: Final = "no number is negative, and none is above zero and under the smallest that may be shown"
LOSS: Final = "the noise costs what the certificate says, and the budget is the epsilon that it says"
CODES: Final = "every row has a code of its hierarchy in every column"
ALIKE: Final = "every combination of quasi-identifiers stands in as many rows, as diverse, as the certificate says"
SAME: Final = "the release and its certificate state the same method and promise"


def verify_noisy(folder: Path, certificate: Mapping[str, Any]) -> list[Check]:
    """Everything of a release of noisy numbers but the hashes of its files, in order."""
    try:
        found = read_noisy(folder)
        fault = "" if found.numbers.keys() == _keys(found) else "cells are missing, or there are others"
        kept = _kept(found)
    except (KeyError, TypeError, ValueError, Problem) as error:
        return [Check(CELLS, _why(error))]
    return [Check(CELLS, fault), check_hierarchies(folder, found.dimensions), _same(found, certificate), kept]


def verify_records(folder: Path, certificate: Mapping[str, Any]) -> list[Check]:
    """Everything of a release of records but the hashes of its files, in order."""
    try:
        found = read_stated(folder)
        names = [each.name for each in found.dimensions]
        rows = read_rows(folder, read_columns(found.path), names)
        unknown = sum(any(code not in each.parents for each, code in zip(found.dimensions, row, strict=True)) for row in rows)
        alike = [] if found.method is Method.SYNTHETIC else [_alike(found, names, rows)]
    except (KeyError, TypeError, ValueError, Problem) as error:
        return [Check(CODES, _why(error))]
    codes = Check(CODES, f"{unknown} rows have not" if unknown else "")
    return [codes, check_hierarchies(folder, found.dimensions), _same(found, certificate), *alike]


def _why(error: Exception) -> str:
    return error.what if isinstance(error, Problem) else f"it cannot be read ({type(error).__name__})"


def _same(found: Stated, certificate: Mapping[str, Any]) -> Check:
    return Check(SAME, "" if found.agree and certificate.get("format") == METHOD_FORMAT else "they differ")


def _keys(found: ReadNoisy) -> set[tuple[str, ...]]:
    if prod(len(each.parents) for each in found.dimensions) > MOST_CELLS:
        raise ValueError
    if found.method is Method.CELL_KEYS:
        return set(product(*(each.parents for each in found.dimensions)))
    time, periods = found.promise["time"], found.promise["periods"]
    levels = (read_level(text, found.dimensions).within(time, periods) for text in found.promise["levels"])
    return {(str(level), *key) for level in levels for key in level.keys}


def _kept(found: ReadNoisy) -> Check:
    promise = found.promise
    if found.method is Method.CELL_KEYS:
        wrong = sum(number < 0 or 0 < number < int(promise["least"]) for number in found.numbers.values())
        return Check(LEAST, f"{wrong} are" if wrong else "")
    costs = isclose(cost(float(promise["scale"]), len(promise["levels"])), promise["rho"])
    means = isclose(epsilon_of(promise["budget"], promise["delta"]), promise["epsilon"])
    within = 0 < promise["rho"] <= promise["spent"] <= promise["budget"]
    return Check(LOSS, "" if costs and means and within else "it is not so")


def _alike(found: Stated, names: list[str], rows: list[tuple[str, ...]]) -> Check:
    promise = found.promise
    rules = Rules(int(promise["k"]), tuple(promise["quasi"]), tuple(promise["sensitive"]), int(promise["diversity"]))
    if {*rules.quasi, *rules.sensitive} != set(names) or not rules.quasi or rules.k < 2:
        return Check(ALIKE, "a column is neither a quasi-identifier nor sensitive, or k is under 2")
    unsafe = unsafe_classes(rows, names, rules)
    return Check(ALIKE, f"{len(unsafe)} do not; the first is {','.join(unsafe[0])}" if unsafe else "")
