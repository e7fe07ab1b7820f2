"""A release folder from protected tables, whole or not at all. What is not proven cannot be written: by type.

`data/` holds each table as tidy CSV (RFC 4180, UTF-8), one row for every cell of every level in order of its codes;
`hierarchies/` each dimension's codes; `datapackage.json` describes them; `certificate.json` says what was proven. The
same tables give the same bytes.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from itertools import product
from pathlib import Path

from anonymizer.attacker import Interval
from anonymizer.dimension import Dimension, finest
from anonymizer.errors import FolderNotFree, FolderNotWritten
from anonymizer.outside import Outside
from anonymizer.prove import prove_from_outside
from anonymizer.published import ProtectedTables, PublishedTable, RoundedTables
from anonymizer.tool.certificate import CERTIFICATE, certificate_of, hashes_of, pack_json, worst_of
from anonymizer.tool.describe_package import PACKAGE, describe_package, hierarchy_path, members_of, table_path
from core.whole_folder import write_whole

__all__ = ["csv_file", "hierarchy_file", "require_free", "write_folder", "write_release"]


def require_free(folder: Path) -> None:
    """Refuse a folder that holds something; raises `FolderNotFree`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotFree(folder=folder)


def write_release(
    protected: ProtectedTables | RoundedTables,
    folder: Path,
    *,
    measure: str,
    outside: Outside = (),
    before: Callable[[], None] | None = None,
) -> Interval | None:
    """Audit the tables once more as an outsider would, and write them; `measure` names the column of counts.

    They are audited as they are, and by whoever knows totals from `outside` as well; the certificate speaks of the first,
    since that is what anybody can verify. `before` is called when nothing but the writing is left to do. Returns the worst
    interval that the certificate states. Raises `NotProven`, `FolderNotFree` or `FolderNotWritten`.
    """
    read = [_as_read(table) for table in protected.tables]
    worst = worst_of(prove_from_outside(read, protected.policy))
    if outside:
        prove_from_outside(read, protected.policy, outside=outside)
    require_free(folder)
    if before:
        before()
    write_folder(_files(protected, measure, worst), folder)
    return worst


def _as_read(table: PublishedTable) -> PublishedTable:
    """The table with its codes in the order in which they are written, so that who verifies it searches alike."""
    dimensions = tuple(Dimension(each.name, dict(members_of(each))) for each in table.dimensions)
    return PublishedTable(table.name, dimensions, table.cells, rounding=table.rounding)


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a release whole or not at all. Raises `FolderNotFree` or `FolderNotWritten`."""
    require_free(folder)
    try:
        write_whole(files, folder)
    except OSError as error:
        raise FolderNotWritten(folder=folder, reason=error.strerror or type(error).__name__) from error


def _files(protected: ProtectedTables | RoundedTables, measure: str, worst: Interval | None) -> dict[str, bytes]:
    tables = protected.tables
    dimensions = finest(dimension for table in tables for dimension in table.dimensions)
    files = {table_path(table.name): _table(table, measure) for table in tables}
    files |= {hierarchy_path(name): hierarchy_file(dimension) for name, dimension in dimensions.items()}
    files[PACKAGE] = pack_json(describe_package(tables, protected.policy, measure, files))
    files[CERTIFICATE] = pack_json(certificate_of(tables, protected.policy, worst, hashes_of(files)))
    return files


def _table(table: PublishedTable, measure: str) -> bytes:
    columns = [*(dimension.name for dimension in table.dimensions), measure, "obs_status", "conf_status"]
    codes = ([code for code, _ in members_of(dimension)] for dimension in table.dimensions)
    rows = ((key, table.cells[key]) for key in product(*codes))
    shown = ("A" if table.rounding is None else "E", "F")
    return csv_file(columns, ((*key, "", "Q", "C") if count is None else (*key, count, *shown) for key, count in rows))


def hierarchy_file(dimension: Dimension) -> bytes:
    """The codes of a dimension with their parents."""
    return csv_file(["code", "parent"], members_of(dimension))


def csv_file(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file as it is written into a release."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
