"""Approved fields in the shape of the standard, one row a person.

Nothing leaves in this shape that was not approved in ours, and a code that the standard does not know is named, not translated
into something near.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from casework.exporting.open_records import OpenedPerson
from casework.htcds.standard import BETWEEN, UNCODED, HtcdsField

__all__ = ["htcds_row"]


def htcds_row(person: OpenedPerson, fields: Sequence[HtcdsField]) -> dict[str, str]:
    """By field of the standard, what a person's record says, a question of interviews by the newest that answers it."""
    row, uncoded = dict[str, str](), list[str]()
    for one in fields:
        answer = _newest(person, one.source)
        known = _in_standard(one, answer)
        if answer and known is None:
            uncoded.append(one.name)
        row[one.name] = known or ""
    return {**row, UNCODED: BETWEEN.join(uncoded)}


def _in_standard(field: HtcdsField, answer: str) -> str | None:
    """What an answer is called there; None where it has no counterpart."""
    if field.codes:
        return field.codes.get(answer)
    if not field.many:
        return answer
    return BETWEEN.join(code for code in answer.split() if code not in field.ours) or None


def _newest(person: OpenedPerson, source: str) -> str:
    told: list[Mapping[str, Any]] = [interview.values for interview in reversed(person.interviews)]
    return next((str(values[source]) for values in (*told, person.values) if values.get(source)), "")
