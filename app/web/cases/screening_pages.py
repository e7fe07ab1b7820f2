"""Screenings that wait, and the page on which one is decided: what was told, what the rules propose, who decided and why."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from app.web.cases.screening_view import authors, read_page
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import purpose_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework import screening
from casework.case_file import Act, EntryKind, Step, take_step
from core.access import NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.permissions import Right

__all__ = ["SCREENINGS"]

router = signed_in_router()
SCREENINGS: Final = PageGroup(router, "screening", (Entry("/screenings", "screenings", Right.DECIDE_SCREENING),))
FIELDS: Final = ("status", "eligible", "wants_assistance", "outcome", "referred_to", "reasons", "rule")
# Told on the page itself, with what was typed: the worker corrects it there. Of the case file and of the rules.
CORRECTED: Final = frozenset(
    {*(f"CASE-{number}" for number in (170, 172, 174, 175)), "CASE-210", "CASE-211", "CASE-212", "CASE-213"}
)


@router.get("/screenings")
def waiting(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    after: Annotated[UUID | None, Query()] = None,
    second: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The cases in reach that wait, for a decision or for a second opinion."""
    starts = {screening.AwaitingWhat.SECOND_OPINION: second, screening.AwaitingWhat.DECISION: after}
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        pages = {
            what: screening.page_screenings(session, desk.ring, what, purpose=Purpose.ASSISTANCE, after=start)
            for what, start in starts.items()
        }
    return show(request, "screenings.html.j2", visit, pages=pages)


@router.get("/cases/{case}/screening")
def look(
    request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """What the interview told, what the rules propose, and what was decided."""
    return _page(request, visit, desk, case, purpose=purpose_of(purpose))


@router.post("/cases/{case}/screening")
def decide(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Decide, or ask for a second opinion."""
    act = Act.SUBMIT if form.get("act") == Act.SUBMIT.value else Act.SETTLE
    fields = {name: str(form.get(name, "")) for name in FIELDS}
    step = Step(EntryKind.DECISION, act, fields=fields, id=identifier(str(form.get("step", ""))))
    return _take(request, visit, desk, case, step, form=form, done="submitted" if act is Act.SUBMIT else "decided")


@router.post("/cases/{case}/screening/confirm")
def confirm(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Confirm a decision of somebody else."""
    return _take(request, visit, desk, case, _answer(Act.APPROVE, form), form=form, done="confirmed")


@router.post("/cases/{case}/screening/send-back")
def send_back(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Send a decision of somebody else back, with why."""
    return _take(request, visit, desk, case, _answer(Act.SEND_BACK, form), form=form, done="sent_back")


def _answer(act: Act, form: CheckedForm) -> Step:
    seen = str(form.get("seen", ""))
    fields = {"answer": str(form.get("answer", ""))}
    number, entry = int(seen) if seen.isdecimal() else 0, identifier(str(form.get("entry", "")))
    return Step(EntryKind.DECISION, act, entry, fields, seen=number, id=identifier(str(form.get("step", ""))))


def _take(request: Request, visit: Visit, desk: Desk, case: UUID, step: Step, *, form: CheckedForm, done: str) -> Response:
    purpose = purpose_of(form.get("purpose"))
    try:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            take_step(session, desk.ring, case, step, purpose=purpose)
    except Problem as problem:
        if problem.code not in CORRECTED or isinstance(problem, NotAllowed):
            raise
        return _page(request, visit, desk, case, purpose=purpose, problem=problem, typed=step.fields)
    return go_to(f"/cases/{case}/screening?done={done}&purpose={purpose.value}")


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    case: UUID,
    *,
    purpose: Purpose,
    problem: Problem | None = None,
    typed: Mapping[str, str | list[str]] | None = None,
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = read_page(session, desk.ring, case, reader_language(request, visit), purpose=purpose)
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, authors(page.decisions))
    return show(
        request,
        "screening.html.j2",
        visit,
        unsaved=True,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=f"/cases/{case}/screening",
        page=page,
        names=names,
        actor=visit.access.actor,
        purpose=purpose,
        problem=problem,
        typed=typed or {},
        step=uuid4(),
        may_decide=EntryKind.DECISION in page.file.begin,
        has_case_page=_answers(desk, "/cases/{case}", "/cases/{case:uuid}"),
        done=request.query_params.get("done", ""),
    )


def _answers(desk: Desk, *paths: str) -> bool:
    """Whether a page is registered under one of these: what is not there is not linked to."""
    return any(getattr(route, "path", "") in paths for group in desk.groups for route in group.router.routes)
