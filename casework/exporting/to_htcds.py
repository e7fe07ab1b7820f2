"""Approved fields in the shape of IOM's Human Trafficking Case Data Standard (HTCDS 2.0), one row a person.

Which of its fields comes from which of ours stands in `htcds.toml`. Nothing leaves in this shape that was not approved in ours,
and a code that the standard does not know is named, not translated into something near.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from casework.exporting.open_records import OpenedPerson

__all__ = ["UNCODED", "HtcdsField", "htcds_fields", "htcds_row"]

UNCODED: Final = "not_in_htcds"  # the column that names fields whose answer has no code there
TABLE: Final = Path(__file__).with_name("htcds.toml")
BETWEEN: Final = "; "


@dataclass(frozen=True)
class HtcdsField:
    """A field of the standard; `source` is ours, `codes` what its codes are called there, `many` if several may be chosen."""

    name: str
    source: str
    codes: Mapping[str, str] = field(default_factory=dict)
    many: bool = False


@cache
def _all() -> tuple[HtcdsField, ...]:
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    fields = [HtcdsField(name, one["from"], one.get("codes", {}), one.get("many", False)) for name, one in said.items()]
    return tuple(fields)


def htcds_fields(approved: Sequence[str]) -> list[HtcdsField]:
    """The fields of the standard that these approved fields fill, in its order; empty where none does."""
    return [one for one in _all() if one.source in approved]


def htcds_row(person: OpenedPerson, fields: Sequence[HtcdsField]) -> dict[str, str]:
    """By field of the standard, what a person's record says, a question of interviews by the newest that answers it."""
    row, uncoded = dict[str, str](), list[str]()
    for one in fields:
        answer = _newest(person, one.source)
        known = one.codes.get(answer) if one.codes else BETWEEN.join(answer.split()) if one.many else answer
        if answer and known is None:
            uncoded.append(one.name)
        row[one.name] = known or ""
    return {**row, UNCODED: BETWEEN.join(uncoded)}


def _newest(person: OpenedPerson, source: str) -> str:
    told: list[Mapping[str, Any]] = [interview.values for interview in reversed(person.interviews)]
    return next((str(values[source]) for values in (*told, person.values) if values.get(source)), "")
