"""The second person's queue: the proposals that concern an account, and what it may do with each of them."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Access, Custody, NotAllowed, access_of
from core.clock import now
from core.models import ProposalRow
from core.second_person import OPEN, RIGHTS, Act, Proposal, State, find_proposal

__all__ = ["list_proposals", "may_approve", "may_carry_out", "may_reject", "require_concern", "stands_at"]

NEWEST: Final = 200


def list_proposals(session: Session, *, newest: int = NEWEST) -> list[Proposal]:
    """What was proposed of the acts that this account may propose or approve, within its reach, newest first and whatever
    became of it. Raises `NotAllowed` for an account that has no part in any act."""
    access = access_of(session)
    acts = [act for act, rights in RIGHTS.items() if any(access.may(right) for right in rights)]
    if not acts:
        raise NotAllowed(RIGHTS[Act.ERASURE][1], "core.proposal")
    asked = select(ProposalRow).where(ProposalRow.act.in_(acts)).order_by(ProposalRow.proposed_at.desc(), ProposalRow.id)
    mine: list[Proposal] = []
    for row in session.scalars(asked):
        if _concerns(access, Act(row.act), [Custody.parse(custody) for custody in row.custodies]):
            mine.append(find_proposal(session, row.id))
        if len(mine) == newest:
            break
    return mine


def require_concern(session: Session, proposal: Proposal) -> None:
    """Raises `NotAllowed` unless the account may propose or approve this act, wherever its records lie."""
    if not _concerns(access_of(session), proposal.act, proposal.custodies):
        raise NotAllowed(RIGHTS[proposal.act][1], f"core.proposal:{proposal.id}")


def stands_at(proposal: Proposal) -> State:
    """How far it has come: past its moment it is void, even before anybody has marked it."""
    return State.EXPIRED if proposal.state in OPEN and proposal.until <= now() else proposal.state


def may_approve(access: Access, proposal: Proposal) -> bool:
    """Whether `core.second_person.approve` would let the account: somebody else's, and within its approving right."""
    somebody_elses = not access.system and access.actor != proposal.proposed_by
    return (
        stands_at(proposal) is State.PROPOSED
        and somebody_elses
        and access.may_throughout(RIGHTS[proposal.act][1], proposal.custodies)
    )


def may_reject(access: Access, proposal: Proposal) -> bool:
    """Whether the account may refuse it, or withdraw what it proposed itself."""
    own = not access.system and access.actor == proposal.proposed_by
    return stands_at(proposal) is State.PROPOSED and (own or access.may_throughout(RIGHTS[proposal.act][1], proposal.custodies))


def may_carry_out(access: Access, proposal: Proposal) -> bool:
    """Whether the account may do now what was approved."""
    return stands_at(proposal) is State.APPROVED and access.may_throughout(RIGHTS[proposal.act][0], proposal.custodies)


def _concerns(access: Access, act: Act, custodies: Collection[Custody]) -> bool:
    return any(access.may_throughout(right, custodies) for right in RIGHTS[act])
