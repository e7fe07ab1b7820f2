"""A release folder of noisy numbers: what is shown is shown with noise, so nothing is hidden, and nothing adds up.

Laid out as a release of true numbers is, with another kind of certificate: it names the method and what that promises, and
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

__all__ = ["LEVEL", "MARKS", "NOISY_FORMAT", "NoisyTable", "write_noisy"]

NOISY_FORMAT: Final = "waystation-noisy-certificate-1"
LEVEL: Final = "level"
MARKS: Final = ("E", "F")
STATUS: Final = (
    ("obs_status", "E", "SDMX CL_OBS_STATUS: E estimated, since every number has noise."),
    ("conf_status", "F", "SDMX CL_CONF_STATUS: F free."),
)


@dataclass(frozen=True)
class NoisyTable:
    """Noisy numbers by the codes of some dimensions. With `levelled` each row begins with the level that it belongs to."""

    name: str
    method: Method
    dimensions: tuple[Dimension, ...]
    measure: str
    rows: Sequence[tuple[object, ...]] = field(repr=False)
    promise: Mapping[str, Any]
    statement: str
    levelled: bool = False

    @property
    def keys(self) -> list[str]:
        """The columns that name a cell."""
        return [*([LEVEL] if self.levelled else []), *(each.name for each in self.dimensions)]


def write_noisy(table: NoisyTable, line: Line, folder: Path) -> None:
    """Write the release that left under this line. Raises `FolderNotFree` or `FolderNotWritten`."""
    columns = [*table.keys, table.measure, *(name for name, _, _ in STATUS)]
    files = {table_path(table.name): csv_file(columns, ((*row, *MARKS) for row in table.rows))}
    files |= {hierarchy_path(each.name): hierarchy_file(each) for each in table.dimensions}
    files[PACKAGE] = pack_json(_package(table, files))
    files[CERTIFICATE] = pack_json(_certificate(table, line, hashes_of(files)))
    write_folder(files, folder)


def _certificate(table: NoisyTable, line: Line, hashes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "format": NOISY_FORMAT,
        "method": table.method,
        "statement": table.statement,
        "promise": dict(table.promise),
        "register": {"line": line.number, "hash": line.hash},
        "tables": [{"name": table.name, "cells": len(table.rows)}],
        "files": dict(sorted(hashes.items())),
    }


def _package(table: NoisyTable, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": slug(table.name),
        "method": table.method,
        "counts": {"column": table.measure},
        "confidentiality": {"promise": dict(table.promise), "meaning": table.statement},
        "dimensions": [describe_dimension(each) for each in table.dimensions],
        "resources": [_resource(table, files), *(describe_hierarchy(each, files) for each in table.dimensions)],
    }


def _resource(table: NoisyTable, files: Mapping[str, bytes]) -> dict[str, Any]:
    number = {
        "name": table.measure,
        "type": "integer",
        "description": "The count with noise.",
        "constraints": {"required": True},
    }
    schema = {
        "fields": [*map(code_field, table.keys), number, *_status()],
        "primaryKey": table.keys,
        "foreignKeys": [dimension_key(each.name) for each in table.dimensions],
        "missingValues": [""],
    }
    described = csv_resource(slug(table.name), table_path(table.name), schema, files)
    return described | {"dimensions": [each.name for each in table.dimensions]}


def _status() -> Iterable[dict[str, Any]]:
    for name, mark, means in STATUS:
        yield {"name": name, "type": "string", "description": means, "constraints": {"required": True, "enum": [mark]}}
