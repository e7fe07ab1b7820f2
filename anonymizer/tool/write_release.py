"""A release folder from protected tables, whole or not at all. What is not proven cannot be written: by type.

`data/` holds each table as tidy CSV (RFC 4180, UTF-8), one row for every cell of every level in order of its codes;
`hierarchies/` each dimension's codes; `datapackage.json` describes them; `certificate.json` says what was proven. The
same tables give the same bytes.
"""

import csv
from collections.abc import Iterable
from io import StringIO
from itertools import product
from pathlib import Path

from anonymizer.attacker import Interval
from anonymizer.dimension import Dimension, finest
from anonymizer.errors import FolderNotFree, FolderNotWritten
from anonymizer.prove import prove_from_outside
from anonymizer.published import ProtectedTable, ProtectedTables
from anonymizer.tool.certificate import CERTIFICATE, certificate_of, hashes_of, pack_json, worst_of
from anonymizer.tool.describe_package import PACKAGE, describe_package, hierarchy_path, members_of, table_path
from core.whole_folder import write_whole

__all__ = ["require_free", "write_release"]


def require_free(folder: Path) -> None:
    """Refuse a folder that holds something; raises `FolderNotFree`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotFree(folder=folder)


def write_release(protected: ProtectedTables, folder: Path, *, measure: str) -> Interval | None:
    """Audit the tables once more as an outsider would, and write them; `measure` names the column of counts.

    Returns the worst interval that the certificate states. Raises `NotProven`, `FolderNotFree` or `FolderNotWritten`.
    """
    worst = worst_of(prove_from_outside(protected.tables, protected.policy))
    require_free(folder)
    try:
        write_whole(_files(protected, measure, worst), folder)
    except OSError as error:
        raise FolderNotWritten(folder=folder, reason=error.strerror or type(error).__name__) from error
    return worst


def _files(protected: ProtectedTables, measure: str, worst: Interval | None) -> dict[str, bytes]:
    tables = protected.tables
    dimensions = finest(dimension for table in tables for dimension in table.dimensions)
    files = {table_path(table.name): _table(table, measure) for table in tables}
    files |= {hierarchy_path(name): _hierarchy(dimension) for name, dimension in dimensions.items()}
    files[PACKAGE] = pack_json(describe_package(tables, protected.policy, measure, files))
    files[CERTIFICATE] = pack_json(certificate_of(tables, protected.policy, worst, hashes_of(files)))
    return files


def _table(table: ProtectedTable, measure: str) -> bytes:
    columns = [*(dimension.name for dimension in table.dimensions), measure, "obs_status", "conf_status"]
    codes = ([code for code, _ in members_of(dimension)] for dimension in table.dimensions)
    rows = ((key, table.cells[key]) for key in product(*codes))
    return _csv(columns, ((*key, "", "Q", "C") if count is None else (*key, count, "A", "F") for key, count in rows))


def _hierarchy(dimension: Dimension) -> bytes:
    return _csv(["code", "parent"], members_of(dimension))


def _csv(columns: Iterable[str], rows: Iterable[Iterable[str | int | None]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
