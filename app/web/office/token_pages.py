"""Administrators' pages of service tokens: which there are, asking for one, making what an officer agreed to, taking back.

The token itself is shown once, to who asked for it; no other page knows more of it than its id.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.database import Zone
from core.errors import Problem
from core.identity.errors import GrantUnknown
from core.identity.grants import as_grant, service_grants
from core.identity.service_tokens import LONGEST_DAYS, list_tokens, make_token, propose_token, revoke_token
from core.identity.units import list_units
from core.permissions import Right
from core.second_person import Act, State, open_proposals

__all__ = ["TOKENS"]

USUAL_DAYS: Final = "90"
router = signed_in_router()
TOKENS: Final = PageGroup(router, "tokens", (Entry("/tokens", "tokens", Right.MANAGE_ACCOUNTS),))


@router.get("/tokens")
def look(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """The tokens, the newest first; what was asked for; and the roles of programs, for which one can be asked."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        page = list_tokens(session, after=after)
        asked = [it for it in open_proposals(session) if it.act is Act.SERVICE_TOKEN and it.proposed_by == visit.access.actor]
        grants = service_grants(session)
        names = {unit.id: unit.name for unit in list_units(session)}
    return show(
        request,
        "tokens.html.j2",
        visit,
        page=page,
        approved=[it for it in asked if it.state is State.APPROVED],
        waiting=[it for it in asked if it.state is State.PROPOSED],
        grants=grants,
        accounts={str(grant.account): name for grant, name in grants},
        names=names,
        done=request.query_params.get("done", ""),
    )


@router.get("/tokens/new")
def ask(request: Request, visit: SignedIn, desk: OpenDesk, grant: UUID) -> Response:
    """The form to ask for a token: the rights that the role holds, and for how long."""
    return _form(request, visit, desk, grant)


@router.post("/tokens/new")
def propose(request: Request, visit: SignedIn, desk: OpenDesk, grant: UUID, form: CheckedForm) -> Response:
    """Ask an officer to agree to a token."""
    rights = [right for right in Right if right.value in form.getlist("right")]
    days = str(form.get("days", ""))
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            propose_token(session, grant, rights, int(days) if days.isdecimal() and len(days) < 9 else 0)
    except Problem as problem:
        return _form(request, visit, desk, grant, problem=problem, chosen=rights, days=days)
    return go_to("/tokens?done=proposed")


@router.post("/tokens/{proposal}/make")
def make(request: Request, visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Make what was approved, and show it once."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        _, token = make_token(session, proposal)
    return show(request, "token_made.html.j2", visit, token=token, back="/tokens")


@router.post("/tokens/{token}/revoke")
def revoke(visit: SignedIn, desk: OpenDesk, token: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take a token back, at once."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        revoke_token(session, token)
    return go_to("/tokens?done=revoked")


def _form(
    request: Request,
    visit: Visit,
    desk: Desk,
    grant: UUID,
    *,
    problem: Problem | None = None,
    chosen: Sequence[Right] = (),
    days: str = USUAL_DAYS,
) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        found = next(((row, name) for row, name in service_grants(session) if row.id == grant), None)
    if found is None:
        raise GrantUnknown
    row, name = found
    return show(
        request,
        "token_new.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at="/tokens/new",
        problem=problem,
        grant=row,
        name=name,
        rights=list(filter(as_grant(row).holds, Right)),
        chosen=chosen,
        days=days,
        most=LONGEST_DAYS,
    )
