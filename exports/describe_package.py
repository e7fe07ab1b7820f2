"""`datapackage.json`: what an outsider needs to read the tables and to rebuild every total from its parts.

A Frictionless Data Package (specifications 1.0). Beyond its fields it states, under `dimensions`, every code of every
dimension with its parent and names; under `counts`, `confidentiality` and `quality`, what the figures mean.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from anonymizer import TOTAL, Dimension, Population, ProtectedTable, counted_in, finest, stated
from core.data_package import code_field, csv_resource
from exports.edition import Edition, codes_of
from exports.languages import LANGUAGES, language

__all__ = ["describe_package", "dimensions_of", "hierarchy_path", "table_path"]

LICENCE: Final = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
CASEWORK: Final = (
    *("cases_by_gender", "cases_by_age", "cases_by_residence", "cases_by_nationality", "cases_by_exploitation"),
    *("cases_by_route", "cases_by_provider", "cases_by_wait", "waits_by_gender", "waits_by_age", "waits_by_residence"),
    *("waits_by_nationality", "waits_by_exploitation", "waits_by_route"),
)
IS_NOT: Final = {
    Population.MOVEMENTS: ["stock", "cases", "households", "reports"],
    Population.SCREENINGS: ["stock", "arrivals", "household members"],
    Population.CASEWORK: ["stock", "persons", "cases", "arrivals"],
    Population.CASELOAD: ["flow", "cases", "arrivals", "screenings"],
}
MEANING: Final = {
    "movements": "Persons who arrived in the {kind}. A person who moved twice is counted twice.",
    "arrivals": "Persons who arrived in the {kind}. A person who moved twice is counted twice.",
    "screened": "Persons who were interviewed in a screening in the {kind} and agreed to be counted.",
    "households": "Households for which such a person was interviewed in the {kind}, each once.",
    "screened_by_outcome": "Persons who were interviewed in a screening in the {kind}, by what had come of it.",
    **dict.fromkeys(CASEWORK, "Services given, referrals sent and cases closed in the {kind}, each as often as it happened."),
}
STOCK: Final = "Persons who agreed to be counted and had an open case at the end of the last day of the month, each once."
SAID: Final = {
    Population.MOVEMENTS: {"title": "title", "counted": "method.counted", "hidden": "method.hidden"},
    Population.SCREENINGS: {part: f"screenings.{part}" for part in ("title", "counted", "hidden")},
    Population.CASEWORK: {part: f"casework.{part}" for part in ("title", "counted", "hidden")},
    Population.CASELOAD: {part: f"caseload.{part}" for part in ("title", "counted", "hidden")},
}
PERIODS: Final = {
    "week": "ISO 8601 week.",
    "month": "The ISO 8601 weeks whose Thursday lies in the month.",
    "year": "The ISO 8601 weeks whose Thursday lies in the year.",
}
ADDITION: Final = (
    "In every table and for every dimension, the cell of a code that has children is the sum of the cells of its "
    "children, the other codes staying the same. Totals include suppressed cells. "
    "A table with 'levels' goes only so many levels below the totals of those dimensions."
)
STATUS_FIELDS: Final = [
    {
        "name": "obs_status",
        "type": "string",
        "description": "SDMX CL_OBS_STATUS: P provisional value, Q missing because suppressed.",
        "constraints": {"required": True, "enum": ["P", "Q"]},
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


def dimensions_of(edition: Edition) -> dict[str, Dimension]:
    """Every dimension of the release by name, in its finest form; tables that name the same dimension share it."""
    return finest(dimension for table in edition.now.tables for dimension in table.dimensions)


def describe_package(edition: Edition, files: Mapping[str, bytes]) -> bytes:
    """The descriptor; `files` holds the CSV files by path, for their sizes and hashes."""
    now, english = edition.now, language("en", edition.kind)
    period = now.period
    dimensions, said = dimensions_of(edition), SAID[now.population]
    descriptor = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]+", "-", f"{now.operation}-{period}-{now.population}".lower()),
        "title": f"{english.say(said['title'])}, {edition.operation(english)}, {period}",
        "description": english.say(said["counted"]),
        "created": edition.made_at.isoformat(),
        "licenses": [LICENCE],
        "contributors": [{"title": edition.operation(english), "role": "publisher"}],
        "temporal": {edition.kind: str(period), "start": str(period.monday), "end": str(period.sunday)},
        "counts": _counts(edition, now.tables[0]) | {"is": _kind(now.population), "is_not": IS_NOT[now.population]},
        "addition": ADDITION,
        "confidentiality": {"policy": stated(now.policy), "meaning": _meaning(edition), **_known(edition)},
        "quality": {"status": "provisional", "meaning": english.say("provisional_meaning")},
        "dimensions": [_dimension(edition, dimension) for dimension in dimensions.values()],
        "resources": [
            *(_table(edition, table, files) for table in now.tables),
            *(_hierarchy(dimension, files) for dimension in dimensions.values()),
        ],
    }
    return (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode()


def _counts(edition: Edition, table: ProtectedTable) -> dict[str, str]:
    """What a table counts, and in which column."""
    unit = counted_in(table.name).plural
    meaning = STOCK if edition.now.population is Population.CASELOAD else MEANING[table.name].format(kind=edition.kind)
    return {"unit": unit, "column": unit, "meaning": meaning}


def _kind(population: Population) -> str:
    return "stock" if population is Population.CASELOAD else "flow"


def _number(table: ProtectedTable) -> dict[str, Any]:
    unit = counted_in(table.name).plural
    meaning = f"{unit.capitalize()}; empty where suppressed."
    return {"name": unit, "type": "integer", "description": meaning, "constraints": {"minimum": 0}}


def _meaning(edition: Edition) -> str:
    """What a suppressed cell may be."""
    english = language("en")
    hidden = english.say(SAID[edition.now.population]["hidden"], **_rules(edition))
    return f"{hidden} {english.say('method.rules')}" if edition.now.policy.asks_for_more else hidden


def _known(edition: Edition) -> dict[str, Any]:
    """Which totals of the same people others publish: nothing here betrays a suppressed cell to whoever has them too."""
    return {"published_elsewhere": [asdict(each) for each in edition.now.elsewhere]} if edition.now.elsewhere else {}


def _rules(edition: Edition) -> dict[str, str]:
    policy, english = edition.now.policy, language("en")
    of_movements = edition.now.population is Population.MOVEMENTS
    return {
        "threshold": english.persons(policy.threshold) if of_movements else english.number(policy.threshold),
        "contributors": english.say("reports", policy.contributors),
        "households": english.number(policy.contributors),
        "persons": english.number(policy.contributors),
    }


def _dimension(edition: Edition, dimension: Dimension) -> dict[str, Any]:
    members = [
        {
            "code": code,
            "parent": dimension.parents[code],
            "names": {each: edition.name(dimension.name, code, language(each)) for each in LANGUAGES},
        }
        for code in codes_of(dimension)
    ]
    return {"name": dimension.name, "total": TOTAL, "path": hierarchy_path(dimension.name), "members": members}


def _table(edition: Edition, table: ProtectedTable, files: Mapping[str, bytes]) -> dict[str, Any]:
    names = [dimension.name for dimension in table.dimensions]
    period = {"name": edition.kind, "type": "string", "description": PERIODS[edition.kind]}
    fields = [period, *map(code_field, names), _number(table), *STATUS_FIELDS]
    keys = [{"fields": name, "reference": {"resource": _resource(name), "fields": "code"}} for name in names]
    schema = {"fields": fields, "primaryKey": [edition.kind, *names], "foreignKeys": keys, "missingValues": [""]}
    told = {"dimensions": names, "counts": _counts(edition, table)}
    known = dimensions_of(edition)
    levels = {each.name: each.levels for each in table.dimensions if each != known[each.name]}
    told |= {"levels": levels} if levels else {}
    return csv_resource(table.name, table_path(table.name), schema, files) | told


def _hierarchy(dimension: Dimension, files: Mapping[str, bytes]) -> dict[str, Any]:
    fields = [
        code_field("code"),
        {"name": "parent", "type": "string", "description": "The code it is part of; empty for the total."},
        *({"name": f"name_{each}", "type": "string"} for each in LANGUAGES),
    ]
    schema = {"fields": fields, "primaryKey": ["code"], "missingValues": [""]}
    return csv_resource(_resource(dimension.name), hierarchy_path(dimension.name), schema, files)


def _resource(dimension: str) -> str:
    return f"hierarchy-{dimension}"
