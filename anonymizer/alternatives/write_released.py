"""A release folder of noisy numbers, or of records.

Laid out as a release of suppressed tables is, with another kind of certificate: it names the method and what that promises, and
the line of the register under which the release left. It does not say that anything was proven by suppression.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from anonymizer.dimension import Dimension
from anonymizer.method import Method
from anonymizer.register import Line
from anonymizer.tool.certificate import CERTIFICATE, hashes_of, pack_json
from anonymizer.tool.describe_package import (
    PACKAGE,
    describe_dimension,
    describe_hierarchy,
    dimension_key,
    hierarchy_path,
    slug,
    table_path,
)
from anonymizer.tool.write_release import csv_file, hierarchy_file, write_folder
from core.data_package import code_field, csv_resource

__all__ = ["LEVEL", "MARKS", "METHOD_FORMAT", "Released", "write_released"]

METHOD_FORMAT: Final = "waystation-method-certificate-1"
LEVEL: Final = "level"
MARKS: Final = ("E", "F")
STATUS: Final = (
    ("obs_status", "E", "SDMX CL_OBS_STATUS: E estimated, since every number has noise."),
    ("conf_status", "F", "SDMX CL_CONF_STATUS: F free."),
)


@dataclass(frozen=True)
class Released:
    """Rows by the codes of some dimensions: with a noisy number each, or, where no column has a measure, a record each.

    With `levelled` each row begins with the level that it belongs to.
    """

    name: str
    method: Method
    dimensions: tuple[Dimension, ...]
    measure: str | None
    rows: Sequence[tuple[object, ...]] = field(repr=False)
    promise: Mapping[str, Any]
    statement: str
    levelled: bool = False

    @property
    def keys(self) -> list[str]:
        """The columns that name a cell, or describe a record."""
        return [*([LEVEL] if self.levelled else []), *(each.name for each in self.dimensions)]

    @property
    def numbers(self) -> list[str]:
        """The columns beside them."""
        return [self.measure, *(name for name, _, _ in STATUS)] if self.measure else []


def write_released(table: Released, line: Line | None, folder: Path) -> None:
    """Write the release that left under this line. Raises `FolderNotFree` or `FolderNotWritten`."""
    rows = ((*row, *MARKS) for row in table.rows) if table.measure else table.rows
    files = {table_path(table.name): csv_file([*table.keys, *table.numbers], rows)}
    files |= {hierarchy_path(each.name): hierarchy_file(each) for each in table.dimensions}
    files[PACKAGE] = pack_json(_package(table, files))
    files[CERTIFICATE] = pack_json(_certificate(table, line, hashes_of(files)))
    write_folder(files, folder)


def _certificate(table: Released, line: Line | None, hashes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "format": METHOD_FORMAT,
        "method": table.method,
        "statement": table.statement,
        "promise": dict(table.promise),
        "register": line and {"line": line.number, "hash": line.hash},
        "tables": [{"name": table.name, "rows": len(table.rows)}],
        "files": dict(sorted(hashes.items())),
    }


def _package(table: Released, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": slug(table.name),
        "method": table.method,
        "counts": table.measure and {"column": table.measure},
        "confidentiality": {"promise": dict(table.promise), "meaning": table.statement},
        "dimensions": [describe_dimension(each) for each in table.dimensions],
        "resources": [_resource(table, files), *(describe_hierarchy(each, files) for each in table.dimensions)],
    }


def _resource(table: Released, files: Mapping[str, bytes]) -> dict[str, Any]:
    schema = {
        "fields": [*map(code_field, table.keys), *(_numbers(table.measure) if table.measure else [])],
        **({"primaryKey": table.keys} if table.measure else {}),
        "foreignKeys": [dimension_key(each.name) for each in table.dimensions],
        "missingValues": [""],
    }
    described = csv_resource(slug(table.name), table_path(table.name), schema, files)
    return described | {"dimensions": [each.name for each in table.dimensions]}


def _numbers(measure: str) -> Iterable[dict[str, Any]]:
    yield {"name": measure, "type": "integer", "description": "The count with noise.", "constraints": {"required": True}}
    for name, mark, means in STATUS:
        yield {"name": name, "type": "string", "description": means, "constraints": {"required": True, "enum": [mark]}}
