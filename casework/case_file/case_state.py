"""Where a step leaves its case."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session

from casework.case_file.transitions import OPEN, TRANSITIONS, Transition
from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Case, CaseState, ScreeningOutcome

__all__ = ["is_led_on_screen", "leave_case"]

REFERRED: Final = "referred"
REFER: Final = "refer"


def leave_case(case: Case, transition: Transition, fields: Mapping[str, object]) -> None:
    """Let the case stand where the step leaves it; `fields` are the entry's, with those of the step."""
    if transition.kind is EntryKind.DECISION and transition.after == "decided":
        case.screening_outcome = ScreeningOutcome(str(fields["status"])).value
        case.state = _decided(CaseState(case.state), fields).value
    elif transition.kind is EntryKind.CLOSURE and transition.after == "closed":
        closed = CaseState.CLOSED_REFERRED if fields["outcome"] == REFERRED else CaseState.CLOSED
        case.state = closed.value
    elif transition.case_to:
        case.state = transition.case_to.value
    case.count_change()


def is_led_on_screen(session: Session, case: Case) -> bool:
    """Whether somebody moved the case by its file: what phones say of its state is kept, and moves it no more. What is only
    drafted or submitted has moved nothing yet."""
    moved = CaseEntry.case == case.id, tuple_(CaseEntry.kind, CaseEntry.state).in_(_moved())
    return bool(session.scalar(select(exists().where(*moved))))


@cache
def _moved() -> list[tuple[str, str]]:
    """By kind, the states that an entry has only after a step that said where the case stands."""
    found = {(it.kind, it.after) for it in TRANSITIONS if _says_state(it)}
    while more := {(it.kind, it.after) for it in TRANSITIONS if (it.kind, it.before) in found} - found:
        found |= more
    return sorted((kind.value, state) for kind, state in found)


def _says_state(row: Transition) -> bool:
    return row.case_to is not None or (row.kind, row.after) in {(EntryKind.DECISION, "decided"), (EntryKind.CLOSURE, "closed")}


def _decided(state: CaseState, fields: Mapping[str, object]) -> CaseState:
    if fields["eligible"] == "yes" and fields.get("wants_assistance") != "no":
        return state if state in OPEN else CaseState.ELIGIBLE
    return CaseState.CLOSED_REFERRED if fields.get("outcome") == REFER else CaseState.NOT_ELIGIBLE
