"""The second person's queue: the proposals that concern an account, and what it may do with each of them."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.access import Access, Custody, NotAllowed, access_of
from core.clock import now
from core.models import ProposalRow
from core.paging import PAGE, Page, page_of
from core.second_person import CONCERNED, OPEN, RIGHTS, Act, Proposal, State, find_proposal

__all__ = [
    "ended_in_reach",
    "may_approve",
    "may_carry_out",
    "may_reject",
    "open_in_reach",
    "require_concern",
    "stands_at",
]


def open_in_reach(session: Session) -> list[Proposal]:
    """What waits for a decision or for its deed, of the acts that this account may propose or approve, within its reach; the
    newest first. Raises `NotAllowed` for an account that has no part in any act."""
    waiting = ProposalRow.state.in_(OPEN) & (ProposalRow.until > now())
    return list(_concerning(session, _acts(session), select(ProposalRow).where(waiting)))


def ended_in_reach(
    session: Session,
    *,
    acts: Collection[Act] = tuple(Act),
    states: Collection[State] = tuple(State),
    after: UUID | None = None,
    size: int = PAGE,
) -> Page[Proposal]:
    """What became of the others, page by page: carried out, rejected, expired. Raises `NotAllowed` likewise."""
    over = ProposalRow.state.not_in(OPEN) | (ProposalRow.until <= now())
    asked = select(ProposalRow).where(over, ProposalRow.state.in_(states))
    last = session.get(ProposalRow, after) if after else None
    if last:
        older = ProposalRow.proposed_at < last.proposed_at
        asked = asked.where(older | ((ProposalRow.proposed_at == last.proposed_at) & (ProposalRow.id > last.id)))
    return page_of(_concerning(session, _acts(session) & set(acts), asked), size)


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


def _acts(session: Session) -> set[Act]:
    """The acts in which the account has a part; raises `NotAllowed` where there is none."""
    access = access_of(session)
    acts = {act for act, rights in CONCERNED.items() if any(access.may(right) for right in rights)}
    if not acts:
        raise NotAllowed(RIGHTS[Act.ERASURE][1], "core.proposal")
    return acts


def _concerning(session: Session, acts: Collection[Act], asked: Select[ProposalRow]) -> Iterator[Proposal]:
    """Those of the rows that lie in reach, the newest first; read piece by piece, for there may be many that do not."""
    access = access_of(session)
    wanted = asked.where(ProposalRow.act.in_(acts)).order_by(ProposalRow.proposed_at.desc(), ProposalRow.id)
    for row in session.scalars(wanted.execution_options(yield_per=PAGE)):
        if _concerns(access, Act(row.act), [Custody.parse(custody) for custody in row.custodies]):
            yield find_proposal(session, row.id)


def _concerns(access: Access, act: Act, custodies: Collection[Custody]) -> bool:
    return any(access.may_throughout(right, custodies) for right in CONCERNED[act])
