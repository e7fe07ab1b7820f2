"""A partner's own pages of tokens: for a program of theirs, which reads and answers what was referred to them.

An officer agrees to each; the partner alone sees it, once. Asking and making need a fresh sign-in, as passwords and factors do.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from app.web.account.account_pages import Owner
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.database import Zone
from core.errors import Problem
from core.identity.errors import GrantUnknown
from core.identity.service_tokens import (
    FOR_PARTNERS,
    LONGEST_DAYS_OF_A_PARTNER,
    list_own_tokens,
    make_token,
    partner_grants,
    propose_token,
    revoke_token,
)
from core.identity.sessions import require_fresh
from core.permissions import Right
from core.second_person import Act, State, open_proposals, reject

__all__ = ["OWN_TOKENS"]

HERE: Final = "/own-tokens"
router = signed_in_router()
OWN_TOKENS: Final = PageGroup(router, "own_tokens", (Entry(HERE, "own_tokens", Right.ANSWER_REFERRAL),))


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The tokens that stand, what was asked for, and the form to ask for one."""
    return _page(request, visit, desk)


@router.post(HERE)
def propose(request: Request, visit: SignedIn, desk: OpenDesk, owner: Owner, form: CheckedForm) -> Response:
    """Ask an officer to agree to a token."""
    rights = [right for right in FOR_PARTNERS if right.value in form.getlist("right")]
    days = str(form.get("days", ""))
    try:
        require_fresh(owner)
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            grant = next(iter(partner_grants(session)), None)
            if grant is None:
                raise GrantUnknown
            propose_token(session, grant.id, rights, int(days) if days.isdecimal() and len(days) < 9 else 0)
    except Problem as problem:
        return _page(request, visit, desk, problem=problem, chosen=rights, days=days)
    return go_to(f"{HERE}?done=proposed")


@router.post(f"{HERE}/{{proposal}}/make")
def make(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    *,
    owner: Owner,
    proposal: UUID,
    form: CheckedForm,  # noqa: ARG001  (checked)
) -> Response:
    """Make what was approved, and show it once."""
    require_fresh(owner)
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        _, token = make_token(session, proposal)
    return show(request, "token_made.html.j2", visit, token=token, back=HERE)


@router.post(f"{HERE}/{{proposal}}/withdraw")
def withdraw(visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take back what one asked for."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        reject(session, proposal)
    return go_to(HERE)


@router.post(f"{HERE}/{{token}}/revoke")
def revoke(visit: SignedIn, desk: OpenDesk, token: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take a token of one's own back, at once."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        revoke_token(session, token)
    return go_to(f"{HERE}?done=revoked")


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    *,
    problem: Problem | None = None,
    chosen: Sequence[Right] = FOR_PARTNERS[:1],
    days: str = str(LONGEST_DAYS_OF_A_PARTNER),
) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        tokens = list_own_tokens(session)
        asked = [it for it in open_proposals(session) if it.act is Act.PARTNER_TOKEN and it.proposed_by == visit.access.actor]
    return show(
        request,
        "own_tokens.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=HERE,
        problem=problem,
        tokens=tokens,
        approved=[it for it in asked if it.state is State.APPROVED],
        waiting=[it for it in asked if it.state is State.PROPOSED],
        rights=FOR_PARTNERS,
        chosen=chosen,
        days=days,
        most=LONGEST_DAYS_OF_A_PARTNER,
        done=request.query_params.get("done", ""),
    )
