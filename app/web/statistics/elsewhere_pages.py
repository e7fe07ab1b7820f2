"""Totals that others publish of the same people: who published what and when, proposed by one and approved by another."""

from datetime import date
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from anonymizer import elsewhere
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.periods.period import parse_period
from core.permissions import Right

__all__ = ["ELSEWHERE"]

HERE: Final = "/elsewhere"
FIELDS: Final = ("period", "publisher", "title", "published_on", "content")
# What a text that was typed can be refused for; the form is shown again with it.
TYPED: Final = frozenset({"CORE-001", "CORE-007", "ANON-060", "ANON-063", "ANON-081", "ANON-152"})
router = signed_in_router()
CONCERNED: Final = (Right.KEEP_OUTSIDE_TOTALS, Right.APPROVE_OUTSIDE_TOTALS)
ELSEWHERE: Final = PageGroup(router, "elsewhere", (Entry(HERE, "elsewhere", CONCERNED),))


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Every version, the newest period first, with what this account may do with it, and the form to enter one."""
    return _page(request, visit, desk)


@router.post(HERE)
def propose(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Propose totals, if they can be totals of the operation's tables."""
    try:
        given = _read(form)
        with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
            elsewhere.propose_publication(session, desk.ring, given)
    except Problem as problem:
        if problem.code not in TYPED:
            raise
        return _page(request, visit, desk, form=form, problem=problem)
    return go_to(f"{HERE}?done=proposed")


@router.post(f"{HERE}/{{publication}}/approve")
def approve(visit: SignedIn, desk: OpenDesk, publication: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Approve what somebody else proposed."""
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        elsewhere.approve_publication(session, publication)
    return go_to(f"{HERE}?done=approved")


@router.post(f"{HERE}/{{publication}}/activate")
def activate(visit: SignedIn, desk: OpenDesk, publication: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take an approved version for known from now on."""
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        elsewhere.activate_publication(session, publication)
    return go_to(f"{HERE}?done=active")


def _page(
    request: Request, visit: Visit, desk: Desk, *, form: FormData | None = None, problem: Problem | None = None
) -> Response:
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        versions = elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
    told = {actor for it in versions for actor in (it.proposed_by, it.approved_by) if actor}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, told)  # by the program: who decides need not hold a right to the accounts
    return show(
        request,
        "elsewhere.html.j2",
        visit,
        status=status_of(problem) if problem else 200,
        at=HERE,
        versions=versions,
        names=names,
        actor=visit.access.actor,
        may_propose=visit.access.may(Right.KEEP_OUTSIDE_TOTALS),
        may_approve=visit.access.may(Right.APPROVE_OUTSIDE_TOTALS),
        may_explain=visit.access.may(Right.EXPLAIN_PROTECTION),
        done=request.query_params.get("done", ""),
        filled={name: str(form.get(name, "")) if form else "" for name in FIELDS},
        problem=problem,
    )


def _read(form: FormData) -> elsewhere.Publication:
    """Raises `NotAWeek`, `NotAMonth` or `PublicationUnfit`."""
    period = parse_period(str(form.get("period", "")).strip())
    try:
        published = date.fromisoformat(str(form.get("published_on", "")))
    except ValueError:
        raise elsewhere.PublicationUnfit(reason="the day of publication is missing or is no date") from None
    publisher, title = (str(form.get(name, "")).strip() for name in ("publisher", "title"))
    return elsewhere.Publication(period, publisher, title, published, str(form.get("content", "")).replace("\r\n", "\n"))
