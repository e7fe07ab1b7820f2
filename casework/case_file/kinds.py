"""What a case file holds: the kinds of entries, and what is written in each.

A field's codes come from a list of the programme (`casework.programme`), which each organisation sets up for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from casework.case_file_models import EntryKind
from forms import RecordPart

__all__ = ["FIELDS", "PART_OF", "EntryField", "FieldKind", "parts_of"]


class FieldKind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"
    LANGUAGE = "language"  # one of `core.languages`


@dataclass(frozen=True)
class EntryField:
    """A field of an entry; `codes` names the list of the programme that it chooses from."""

    name: str
    kind: FieldKind
    codes: str = ""


def _fields(*described: str) -> tuple[EntryField, ...]:
    """From `name:kind` or `name:kind:list`."""
    return tuple(
        EntryField(name, FieldKind(kind), codes) for one in described for name, kind, codes in [(*one.split(":"), "")[:3]]
    )


FIELDS: Final[Mapping[EntryKind, tuple[EntryField, ...]]] = {
    EntryKind.DECISION: _fields(
        "status:code:trafficking_status",
        "eligible:yes_no",
        "wants_assistance:yes_no",
        "outcome:code:screening_outcome",
        "reasons:text",
        "rule:line",
        "score:number",
        "referred_to:code:provider",
        "answer:text",
    ),
    EntryKind.ASSESSMENT: _fields("needs:codes:need", "risk:code:risk", "situation:text", "wishes:text", "answer:text"),
    EntryKind.PLAN: _fields("aim:text", "agreed:yes_no", "starts:date", "ends:date", "answer:text"),
    EntryKind.GOAL: _fields("goal:line", "need:code:need", "measure:text"),
    EntryKind.SERVICE: _fields(
        "service_type:code:service_type",
        "provider:code:provider",
        "date:date",
        "cost:number",
        "currency:code:currency",
        "outcome:code:service_outcome",
        "note:text",
    ),
    EntryKind.REFERRAL: _fields(
        "provider:code:provider",
        "service_type:code:service_type",
        "urgency:code:urgency",
        "reason:text",
        "told:text",
        "answer:text",
    ),
    EntryKind.TRANSFER: _fields("unit:line", "reason:text", "answer:text"),
    EntryKind.VISIT: _fields("purpose:line", "outcome:code:visit_outcome", "note:text"),
    EntryKind.RETURN: _fields(
        "country:line",
        "place:line",
        "voluntary:yes_no",
        "counselled:date",
        "departed:date",
        "arrived:date",
        "reintegration:text",
        "note:text",
    ),
    EntryKind.TASK: _fields("task:line", "note:text"),
    EntryKind.NOTE: _fields("subject:line", "text:text"),
    EntryKind.FLAG: _fields("reason:line"),
    EntryKind.CLOSURE: _fields(
        "outcome:code:closure_outcome", "reason:text", "referred_to:code:provider", "answer:text", "reopening:text"
    ),
    EntryKind.REPORT: _fields(
        "purpose:code:report_purpose",
        "recipient:code:report_recipient",
        "language:language",
        "text:text",
        "signed_as:line",
        "basis:line",
        "digest:line",
        "holds:line",
        "answer:text",
    ),
    EntryKind.EARLIER_CASE: _fields("earlier:line", "again:yes_no", "note:text", "reference:line"),
}

NARRATIVE: Final = frozenset(
    {
        EntryKind.DECISION,
        EntryKind.ASSESSMENT,
        EntryKind.PLAN,
        EntryKind.GOAL,
        EntryKind.NOTE,
        EntryKind.CLOSURE,
        EntryKind.REPORT,
        EntryKind.EARLIER_CASE,
    }
)
# Which part of the record an entry belongs to: whoever may not read that part may not read the entry.
PART_OF: Final[Mapping[EntryKind, RecordPart]] = {
    kind: RecordPart.NARRATIVE if kind in NARRATIVE else RecordPart.FACTS for kind in EntryKind
}


def parts_of(kind: EntryKind) -> tuple[RecordPart, ...]:
    """The parts that somebody must be able to read to work on an entry: a screening is decided on by the facts too."""
    return (PART_OF[kind], RecordPart.FACTS) if kind is EntryKind.DECISION else (PART_OF[kind],)
