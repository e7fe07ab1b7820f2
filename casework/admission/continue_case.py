"""An assistance interview goes on with a case that a screening interview opened."""

from typing import Final

from casework.admission.admit_files import admit_files, remove_files
from casework.admission.arrival import Arrival, Desk
from casework.admission.errors import EntityUnusable
from casework.admission.file_interview import file_interview, settle_state
from casework.admission.named_case import REFERENCE, named_case
from casework.admission.sort_answers import sort_answers
from casework.consent.consents import may_use
from casework.errors import CaseUnknown, ConsentWithdrawn
from casework.models import Case, CaseState, Interview, InterviewKind
from casework.store.blind_tokens import find_by_reference
from core.audit import Purpose

__all__ = ["continue_case"]

STATUS: Final = "cas_Status"
STATES: Final = (CaseState.ACTIVE, CaseState.FOLLOW_UP, CaseState.CLOSED, CaseState.CLOSED_REFERRED)


def continue_case(desk: Desk, arrival: Arrival, earlier: Interview | None) -> Interview:
    """File the interview, in place of the `earlier` version of it; raises `AnswerMissing`, `CaseUnknown`, `ConsentWithdrawn`,
    `CodeUnknown`, or what `named_case` raises."""
    case = _case_meant(desk, arrival)
    if not may_use(desk.session, case.person, Purpose.ASSISTANCE):
        raise ConsentWithdrawn(case=case.id)
    former = desk.session.get_one(Case, earlier.case) if earlier else case
    state = arrival.code(STATUS, STATES) if arrival.said(STATUS) else None
    parts = sort_answers(arrival.answers, arrival.definition)
    interview = file_interview(desk, arrival, earlier, kind=InterviewKind.ASSISTANCE, case=case, parts=parts, state=state)
    if former is not case:
        remove_files(desk, arrival.stored.root_id, person=former.person)
    admit_files(desk, arrival, case.person, arrival.answers)
    for concerned in {case, former}:  # a corrected reference moves the interview from one case to another
        settle_state(desk, concerned)
    return interview


def _case_meant(desk: Desk, arrival: Arrival) -> Case:
    """By the entity that the worker chose from the phone's list, else by the reference that the worker wrote; where there are
    both they must agree."""
    chosen = named_case(desk, arrival)
    if chosen and not arrival.said(REFERENCE):
        return chosen
    case = find_by_reference(desk, arrival.required(REFERENCE))
    if case is None:
        raise CaseUnknown(question=REFERENCE, operation=desk.operation)
    if chosen and chosen is not case:
        raise EntityUnusable(reason=f"the answer to {REFERENCE} is the reference of another one")
    return case
