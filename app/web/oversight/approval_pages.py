"""The second person's queue: what was proposed, by whom, until when, and the buttons of those who may decide.

It works in the zone of the accounts, which sees no person's record: a proposal holds ids and counts only.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from core.access import Access
from core.database import Zone
from core.identity.accounts import sign_in_names
from core.proposals_in_reach import ended_in_reach, may_approve, may_carry_out, may_reject, open_in_reach, stands_at
from core.second_person import CONCERNED, RIGHTS, Act, Proposal, State, approve, reject

__all__ = ["APPROVALS"]

router = signed_in_router()
PAGES = {
    Act.ERASURE: "/erasures",
    Act.IDENTIFIED_EXPORT: "/exports",
    Act.REFERRAL_PACKAGE: "/exports",
    Act.BULK_READ: "/bulk-reading",
    Act.POLICY_CHANGE: "/policies",
    Act.PROGRAMME_CHANGE: "/programme",
    Act.OUTSIDE_TOTALS: "/elsewhere",
    Act.SERVICE_TOKEN: "/tokens",
    Act.PARTNER_TOKEN: "/own-tokens",
}
ON_SCREEN = "/handed-on"  # for a file that was handed in there, and not to the command
FOR_THE_PROPOSER = {Act.BULK_READ, Act.SERVICE_TOKEN, Act.PARTNER_TOKEN}
APPROVALS = PageGroup(
    router,
    "approvals",
    (Entry("/approvals", "approvals", tuple({right for rights in CONCERNED.values() for right in rights})),),
)


@dataclass(frozen=True)
class Row:
    """A proposal, and what whoever looks at it may do."""

    proposal: Proposal
    state: State
    approve: bool
    reject: bool
    own: bool
    page: str  # where it is read whole or carried out, for whom that page is; empty: here, or by a command
    carry_out: bool  # there


@router.get("/approvals")
def list_queue(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What waits for a decision, what is approved, and page by page what became of the others."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        ended = ended_in_reach(session, after=after)
        waiting = [] if after else open_in_reach(session)
    rows = [_row(visit.access, proposal) for proposal in (*waiting, *ended.rows)]
    told = {actor for row in rows for actor in _named(row.proposal)}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, told)  # by the program: who decides need not hold a right to the accounts
    groups = [
        ("waiting", [row for row in rows if row.state is State.PROPOSED]),
        ("approved", [row for row in rows if row.state is State.APPROVED]),
        ("ended", [row for row in rows if row.state not in {State.PROPOSED, State.APPROVED}]),
    ]
    done = request.query_params.get("done", "")
    shown = groups[-1:] if after else groups
    return show(request, "approvals.html.j2", visit, groups=shown, names=names, done=done, following=ended.following)


@router.post("/approvals/{proposal}/approve")
def approve_one(request: Request, visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Approve what somebody else proposed."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        approve(session, proposal)
    return go_to("/approvals?done=approved")


@router.post("/approvals/{proposal}/reject")
def reject_one(request: Request, visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Refuse it, or withdraw one's own."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        reject(session, proposal)
    return go_to("/approvals?done=rejected")


def _named(proposal: Proposal) -> set[str]:
    """The accounts that a proposal names: who proposed, who decided, and the program that a token is for."""
    return {str(actor) for actor in (proposal.proposed_by, proposal.decided_by, proposal.detail.get("account")) if actor}


def _row(access: Access, proposal: Proposal) -> Row:
    own = access.actor == proposal.proposed_by
    on_screen = f"{ON_SCREEN}/{proposal.detail['file']}" if proposal.act is Act.RECORDS_IN and "file" in proposal.detail else ""
    page = PAGES.get(proposal.act, on_screen)
    return Row(
        proposal=proposal,
        state=stands_at(proposal),
        approve=may_approve(access, proposal),
        reject=may_reject(access, proposal),
        own=own,
        page=page if access.may_throughout(RIGHTS[proposal.act][0], proposal.custodies) else "",
        carry_out=may_carry_out(access, proposal) and (own or proposal.act not in FOR_THE_PROPOSER),
    )
