"""Which fields an act asks for. Forms are made from here: no page knows a state by hand.

Whoever writes or changes an entry is asked for all of it but what only later acts tell, such as a day of arrival or an answer.
A later act asks for what the table says it needs, and for what may be told with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from casework.case_file.kinds import FIELDS, EntryField
from casework.case_file.transitions import NOT_YET, TRANSITIONS, Transition, find_transition
from casework.case_file_models import Act, EntryKind

__all__ = ["AskedField", "asked_fields"]

_K = EntryKind
# What may be told with an act, beside what it needs.
TOLD_WITH: Final[Mapping[tuple[EntryKind, Act], tuple[str, ...]]] = {
    (_K.SERVICE, Act.COMPLETE): ("provider", "cost", "currency", "outcome", "note"),
    (_K.SERVICE, Act.FAIL): ("note",),
    (_K.REFERRAL, Act.ACCEPT): ("answer",),
    (_K.REFERRAL, Act.COMPLETE): ("answer",),
    (_K.VISIT, Act.COMPLETE): ("outcome", "note"),
    (_K.VISIT, Act.FAIL): ("note",),
    (_K.RETURN, Act.DEPART): ("place", "note"),
    (_K.RETURN, Act.ARRIVE): ("place", "note"),
    (_K.RETURN, Act.COMPLETE): ("note",),
    (_K.TASK, Act.COMPLETE): ("note",),
}
FROM_THE_START: Final = frozenset({"note", "place", "provider", "reason"})  # though a later act may tell them too
SET_BY_THE_PROGRAM: Final = frozenset({"basis", "digest", "holds", "reference", "rule", "score", "told"})
WHOLE: Final = frozenset({Act.WRITE, Act.CHANGE})
ONWARD: Final = frozenset({Act.SUBMIT, Act.SETTLE})  # need what was written, and ask for what of it is missing


@dataclass(frozen=True)
class AskedField:
    """A field that an act asks for; `required`: it is refused without."""

    field: EntryField
    required: bool


def asked_fields(kind: EntryKind, act: Act, state: str, fields: Mapping[str, Any]) -> tuple[AskedField, ...]:
    """What an act on an entry in this state asks for, in the order of the entry; `fields` are those that it has.

    An act that the table does not name is asked for as a whole entry: what was typed for it is shown and can be copied.
    """
    row = find_transition(kind, act, state)
    needs = row.needs if row else ()
    if row is None or act in WHOLE or state == NOT_YET:
        names = {one.name for one in FIELDS[kind]} - _later(kind) - SET_BY_THE_PROGRAM
    elif act in ONWARD:
        names = {name for name in needs if not fields.get(name)}
    else:
        names = {*needs, *TOLD_WITH.get((kind, act), ())}
    return tuple(AskedField(one, one.name in needs) for one in FIELDS[kind] if one.name in names)


def _later(kind: EntryKind) -> set[str]:
    """The fields that only later acts tell."""
    told = {name for (of, _), names in TOLD_WITH.items() if of is kind for name in names}
    needed = {name for row in TRANSITIONS if row.kind is kind and _is_later(row) for name in row.needs}
    return (told | needed) - FROM_THE_START


def _is_later(row: Transition) -> bool:
    return row.before != NOT_YET and row.act not in WHOLE | ONWARD
