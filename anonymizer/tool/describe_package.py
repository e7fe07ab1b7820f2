"""`datapackage.json` of a release of any table: a Frictionless Data Package (specifications 1.0) with its hierarchies."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.policy import Policy, stated
from anonymizer.published import PublishedTable
from core.data_package import code_field, csv_resource

__all__ = ["PACKAGE", "describe_package", "hierarchy_path", "members_of", "table_path"]

PACKAGE: Final = "datapackage.json"
ADDITION: Final = (
    "In every table and for every dimension, the cell of a code that has children is the sum of the cells of its "
    "children, the other codes staying the same. Totals include suppressed cells. The total of a dimension is coded _T. "
    "A table with 'levels' goes only so many levels below the totals of those dimensions."
)
MEANING: Final = (
    "One mark for whatever is not shown: a suppressed cell holds fewer than the policy's threshold, or comes from fewer "
    "contributors than it asks for, or is against another of its rules, or is hidden so that another cannot be worked out. It "
    "may hold nothing at all. A rule that is not stated was not applied; with contributors = 1, that of contributors was not."
)
STATUS_FIELDS: Final = [
    {
        "name": "obs_status",
        "type": "string",
        "description": "SDMX CL_OBS_STATUS: A normal value, Q missing because suppressed.",
        "constraints": {"required": True, "enum": ["A", "Q"]},
    },
    {
        "name": "conf_status",
        "type": "string",
        "description": "SDMX CL_CONF_STATUS: F free, C confidential. One mark for whatever is not shown.",
        "constraints": {"required": True, "enum": ["F", "C"]},
    },
]


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
    return {
        "profile": "data-package",
        "name": _slug(tables[0].name),
        "counts": {"column": measure},
        "addition": ADDITION,
        "confidentiality": {"policy": stated(policy), "meaning": MEANING},
        "dimensions": [_dimension(dimension) for dimension in dimensions.values()],
        "resources": [
            *(_table(table, dimensions, measure, files) for table in tables),
            *(_hierarchy(dimension, files) for dimension in dimensions.values()),
        ],
    }


def _dimension(dimension: Dimension) -> dict[str, Any]:
    members = [{"code": code, "parent": parent} for code, parent in members_of(dimension)]
    return {"name": dimension.name, "total": TOTAL, "path": hierarchy_path(dimension.name), "members": members}


def _table(
    table: PublishedTable, dimensions: Mapping[str, Dimension], measure: str, files: Mapping[str, bytes]
) -> dict[str, Any]:
    names = [dimension.name for dimension in table.dimensions]
    count = {
        "name": measure,
        "type": "integer",
        "description": "The count; empty where suppressed.",
        "constraints": {"minimum": 0},
    }
    keys = [{"fields": name, "reference": {"resource": _resource(name), "fields": "code"}} for name in names]
    schema = {
        "fields": [*map(code_field, names), count, *STATUS_FIELDS],
        "primaryKey": names,
        "foreignKeys": keys,
        "missingValues": [""],
    }
    levels = {each.name: each.levels for each in table.dimensions if each != dimensions[each.name]}
    described = csv_resource(_slug(table.name), table_path(table.name), schema, files) | {"dimensions": names}
    return described | {"levels": levels} if levels else described


def _hierarchy(dimension: Dimension, files: Mapping[str, bytes]) -> dict[str, Any]:
    parent = {"name": "parent", "type": "string", "description": "The code it is part of; empty for the total."}
    schema = {"fields": [code_field("code"), parent], "primaryKey": ["code"], "missingValues": [""]}
    return csv_resource(_resource(dimension.name), hierarchy_path(dimension.name), schema, files)


def _resource(dimension: str) -> str:
    return f"hierarchy-{_slug(dimension)}"


def _slug(name: str) -> str:
    """A name as the specification wants it."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "table"
