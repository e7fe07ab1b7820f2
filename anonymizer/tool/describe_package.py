"""`datapackage.json` of a release of any table: a Frictionless Data Package (specifications 1.0) with its hierarchies."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.method import Method
from anonymizer.policy import Policy, stated
from anonymizer.published import PublishedTable
from core.data_package import code_field, csv_resource

__all__ = [
    "ADDITION",
    "PACKAGE",
    "describe_dimension",
    "describe_hierarchy",
    "describe_package",
    "dimension_key",
    "hierarchy_path",
    "members_of",
    "slug",
    "table_path",
]

PACKAGE: Final = "datapackage.json"
ADDITION: Final = (
    "In every table and for every dimension, the cell of a code that has children is the sum of the cells of its "
    "children, the other codes staying the same. Totals include suppressed cells. The total of a dimension is coded _T. "
    "A table with 'levels' goes only so many levels below the totals of those dimensions."
)
MEANING: Final = {
    Method.SUPPRESSION: (
        "One mark for whatever is not shown: a suppressed cell holds fewer than the policy's threshold, or comes from fewer "
        "contributors than it asks for, or is against another of its rules, or is hidden so that another cannot be worked "
        "out. It may hold nothing at all. A rule that is not stated was not applied; with contributors = 1, that of "
        "contributors was not."
    ),
    Method.ROUNDING: (
        "No number is the true one, but by chance: each is a multiple of the table's base and less than 'within' away from "
        "the true number. Nothing is suppressed. A rule that is not stated was not applied; with contributors = 1, that of "
        "contributors was not."
    ),
}
MARKS: Final = {
    Method.SUPPRESSION: (
        ("obs_status", ("A", "Q"), "SDMX CL_OBS_STATUS: A normal value, Q missing because suppressed."),
        ("conf_status", ("F", "C"), "SDMX CL_CONF_STATUS: F free, C confidential. One mark for whatever is not shown."),
    ),
    Method.ROUNDING: (
        ("obs_status", ("E",), "SDMX CL_OBS_STATUS: E estimated, since every number is rounded."),
        ("conf_status", ("F",), "SDMX CL_CONF_STATUS: F free."),
    ),
}


def table_path(table: str) -> str:
    """Where a table's CSV file lies in the release."""
    return f"data/{table}.csv"


def hierarchy_path(dimension: str) -> str:
    """Where a dimension's codes lie in the release."""
    return f"hierarchies/{dimension}.csv"


def members_of(dimension: Dimension) -> list[tuple[str, str | None]]:
    """A dimension's codes with their parents: the total first, then in order of their codes."""
    return sorted(dimension.parents.items(), key=lambda member: (member[1] is not None, member[0]))


def describe_package(
    tables: Sequence[PublishedTable], policy: Policy, measure: str, files: Mapping[str, bytes]
) -> dict[str, Any]:
    """The descriptor; `measure` names the column of counts, `files` holds the CSV files by path."""
    dimensions = finest(dimension for table in tables for dimension in table.dimensions)
    method = tables[0].method
    return {
        "profile": "data-package",
        "name": slug(tables[0].name),
        "method": method,
        "counts": {"column": measure},
        "addition": ADDITION,
        "confidentiality": {"policy": stated(policy), "meaning": MEANING[method]},
        "dimensions": [describe_dimension(dimension) for dimension in dimensions.values()],
        "resources": [
            *(_table(table, dimensions, measure, files) for table in tables),
            *(describe_hierarchy(dimension, files) for dimension in dimensions.values()),
        ],
    }


def describe_dimension(dimension: Dimension) -> dict[str, Any]:
    """A dimension with all its codes, as a package names it."""
    members = [{"code": code, "parent": parent} for code, parent in members_of(dimension)]
    return {"name": dimension.name, "total": TOTAL, "path": hierarchy_path(dimension.name), "members": members}


def _table(
    table: PublishedTable, dimensions: Mapping[str, Dimension], measure: str, files: Mapping[str, bytes]
) -> dict[str, Any]:
    names = [dimension.name for dimension in table.dimensions]
    count = {
        "name": measure,
        "type": "integer",
        "description": "The count, rounded." if table.rounding else "The count; empty where suppressed.",
        "constraints": {"minimum": 0},
    }
    keys = [dimension_key(name) for name in names]
    schema = {
        "fields": [*map(code_field, names), count, *_status_fields(table.method)],
        "primaryKey": names,
        "foreignKeys": keys,
        "missingValues": [""],
    }
    levels = {each.name: each.levels for each in table.dimensions if each != dimensions[each.name]}
    described = csv_resource(slug(table.name), table_path(table.name), schema, files) | {"dimensions": names}
    rounding = {"rounding": asdict(table.rounding)} if table.rounding else {}
    return described | ({"levels": levels} if levels else {}) | rounding


def _status_fields(method: Method) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": "string", "description": means, "constraints": {"required": True, "enum": list(marks)}}
        for name, marks, means in MARKS[method]
    ]


def describe_hierarchy(dimension: Dimension, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The file of a dimension's codes as a resource."""
    parent = {"name": "parent", "type": "string", "description": "The code it is part of; empty for the total."}
    schema = {"fields": [code_field("code"), parent], "primaryKey": ["code"], "missingValues": [""]}
    return csv_resource(_resource(dimension.name), hierarchy_path(dimension.name), schema, files)


def dimension_key(dimension: str) -> dict[str, Any]:
    """That the codes of a column stand in the file of its dimension."""
    return {"fields": dimension, "reference": {"resource": _resource(dimension), "fields": "code"}}


def _resource(dimension: str) -> str:
    return f"hierarchy-{slug(dimension)}"


def slug(name: str) -> str:
    """A name as the specification wants it."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "table"
