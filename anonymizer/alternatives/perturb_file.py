"""A CSV file of records in, a table with noise by cell keys out: the whole of `waystation anonymizer perturb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from anonymizer.alternatives.read_records import periods_of, read_records
from anonymizer.alternatives.write_released import Released, write_released
from anonymizer.cell_keys import Limits, RecordTwice, fingerprint, perturb, read_secret, remembered, require_within
from anonymizer.method import Method
from anonymizer.published import PublishedTable
from anonymizer.records import Records
from anonymizer.register import Book, Departure, Line, register_at, register_departure
from anonymizer.tool.describe_package import members_of
from anonymizer.tool.protect_file import Step
from anonymizer.tool.read_columns import read_columns
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import RECORDS
from anonymizer.tool.write_release import require_free

__all__ = ["Perturbed", "perturb_file"]

STATEMENT: Final = (
    "Every number is the true one with noise that follows from a secret and from the records of its cell: the same records "
    "have the same number in every table. The noise is bounded, has mean 0 and one variance; how large they are is secret. A "
    "cell without records is shown as zero, no number is negative, and none is above zero and under 'least'. Totals have noise "
    "of their own and are not the sums of their parts. Nothing was suppressed, so nothing is proven by suppression."
)


@dataclass(frozen=True)
class Perturbed:
    """A table as it was written, and the line of the register under which it left."""

    folder: Path
    cells: int
    line: Line


def perturb_file(
    table: Path,
    out: Path,
    *,
    record: str,
    secret: Path,
    register: Path | Book,
    data_set: str,
    hierarchies: Mapping[str, Path],
    time: str | None = None,
    limits: Limits | None = None,
    step: Step | None = None,
) -> Perturbed:
    """Read, perturb, write down and write. `record` names the column of ids, one row each; `time` the dimension of periods.

    Raises what reading, the register and writing raise, `RecordTwice`, `SecretUnfit`, `TooManyTables` and `MethodsMixed`.
    """
    tell = step or (lambda _what, _done, _of: None)
    require_free(out)
    known = read_secret(secret)
    tell("reading", 0, 0)
    records = read_records(table, {name: read_hierarchy(name, path) for name, path in hierarchies.items()}, identity=record)
    _require_once(table, record, records)
    tell("adding noise", 0, 0)
    noisy = perturb(records, known)
    detail = remembered(fingerprint(records, known), records.dimensions)
    names = frozenset(each.name for each in records.dimensions) - {time}
    departure = Departure(data_set, Method.CELL_KEYS, names, periods_of(records, time), detail)
    with register_at(register).held() as held:
        require_within(held.lines, departure, limits or Limits())
        line = register_departure(held, departure)
    tell("writing", 0, 0)
    write_released(_released(noisy, known.noise.least), line, out)
    return Perturbed(out, len(noisy.cells), line)


def _require_once(path: Path, column: str, records: Records) -> None:
    if len(records.ids) < len(records.whose):
        _, first = np.unique(records.whose, return_index=True)
        again = np.setdiff1d(np.arange(len(records.whose)), first)
        raise RecordTwice(file=path, line=read_columns(path).line(int(again[0])), column=column)


def _released(noisy: PublishedTable, least: int) -> Released:
    codes = [[code for code, _ in members_of(each)] for each in noisy.dimensions]
    rows = [(*key, noisy.cells[key] or 0) for key in product(*codes)]
    return Released(noisy.name, Method.CELL_KEYS, noisy.dimensions, RECORDS, rows, {"least": least}, STATEMENT)
