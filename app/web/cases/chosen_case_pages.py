"""What is done with several cases of a list at once: handed over, or flagged. Each is done by itself, and told by itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid5

from fastapi import HTTPException, Request, Response

from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import account_named
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import show, signed_in_router
from app.web.unsaved_work import tell_sent
from casework import records
from casework.case_file import Act, EntryKind, Step, take_step
from casework.caseload import PAGE_OF_CASES, person_to_hand_over
from core.access import Custody
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.identity.units import custody_in

__all__ = ["CHOSEN_CASES"]

router = signed_in_router()
CHOSEN_CASES: Final = PageGroup(router, "caseload")


@dataclass(frozen=True)
class Outcome:
    """What came of one case; without a problem, it is done."""

    case: UUID
    problem: Problem | None = None


@router.post("/cases/hand-over")
def hand_over(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Put the chosen cases, with their persons' records, into the hands of a unit, and of one worker there if one is named."""
    custody = _custody(desk, visit, form)
    # A record may leave the worker's reach by this: the program does it, under the worker's name.
    beyond = replace(visit.access, system=True)

    def give(case: UUID) -> None:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            person = person_to_hand_over(session, case)
        with desk.database.transaction(Zone.CASEWORK, access=beyond) as session:
            records.assign_custody(session, desk.ring, visit.access, person, custody, purpose=Purpose.ASSISTANCE)

    return _told(request, visit, "handed_over", _each(form, give))


@router.post("/cases/flag")
def flag(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Raise a flag on each of the chosen cases. The form's own id makes each step's: sent twice, it is one."""
    sent, reason = identifier(form.get("id")), str(form.get("reason", ""))

    def raise_flag(case: UUID) -> None:
        step = Step(EntryKind.FLAG, Act.WRITE, fields={"reason": reason}, id=uuid5(sent, str(case)))
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            take_step(session, desk.ring, case, step, purpose=Purpose.ASSISTANCE)

    return _told(request, visit, "flagged", _each(form, raise_flag))


def _each(form: CheckedForm, do: Callable[[UUID], None]) -> list[Outcome]:
    chosen = [identifier(one) for one in dict.fromkeys(form.getlist("case"))]
    if len(chosen) > PAGE_OF_CASES:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    outcomes = []
    for case in chosen:
        try:
            do(case)
        except Problem as problem:
            outcomes.append(Outcome(case, problem))
        else:
            outcomes.append(Outcome(case))
    return outcomes


def _custody(desk: Desk, visit: Visit, form: CheckedForm) -> Custody:
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        custody = custody_in(session, identifier(form.get("unit")))
    worker = str(form.get("account", "")).strip()
    return replace(custody, worker=account_named(desk, visit, worker)) if worker else custody


def _told(request: Request, visit: Visit, what: str, outcomes: list[Outcome]) -> Response:
    answer = show(request, "chosen_cases.html.j2", visit, at="/cases", unsaved=True, what=what, outcomes=outcomes)
    if any(one.problem is None for one in outcomes):
        tell_sent(request, answer)
    return answer
