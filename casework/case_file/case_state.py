"""Where a step leaves its case."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework.case_file.transitions import OPEN, TRANSITIONS, Transition
from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Case, CaseState, ScreeningOutcome

__all__ = ["MOVING", "is_led_on_screen", "leave_case"]

REFERRED: Final = "referred"
REFER: Final = "refer"
# Kinds of which some step says where the case stands.
MOVING: Final = frozenset(it.kind for it in TRANSITIONS if it.case_to) | {EntryKind.DECISION}


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
    """Whether somebody moved the case by its file: what phones say of its state is kept, and moves it no more."""
    moved = CaseEntry.case == case.id, CaseEntry.kind.in_([kind.value for kind in MOVING])
    return bool(session.scalar(select(exists().where(*moved))))


def _decided(state: CaseState, fields: Mapping[str, object]) -> CaseState:
    if fields["eligible"] == "yes" and fields.get("wants_assistance") != "no":
        return state if state in OPEN else CaseState.ELIGIBLE
    return CaseState.CLOSED_REFERRED if fields.get("outcome") == REFER else CaseState.NOT_ELIGIBLE
