"""The second person rule: some acts need two people, one who proposes and another who approves.

A proposal goes through the states of `STEPS`; PostgreSQL keeps the same table in a trigger. Nobody approves their own, and
the program itself never approves. The deed calls `carry_out` in its own transaction: either both happen, once, or neither.
Every step leaves an audit line, and so does every refused one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Access, Custody, NotAllowed, access_of, require_throughout
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.errors import Problem
from core.models import ProposalRow
from core.permissions import Right

__all__ = [
    "CONCERNED",
    "RIGHTS",
    "STEPS",
    "Act",
    "Proposal",
    "ProposalExpired",
    "ProposalForSomethingElse",
    "ProposalNotThere",
    "ProposalUnknown",
    "SecondPersonNeeded",
    "State",
    "approve",
    "awaiting_decision",
    "carry_out",
    "expire_overdue",
    "find_proposal",
    "open_proposals",
    "propose",
    "reject",
]

TIME_TO_DECIDE: Final = timedelta(days=7)
TIME_TO_CARRY_OUT: Final = timedelta(hours=24)


class Act(StrEnum):
    """What one person alone may not do."""

    ERASURE = "erasure"
    IDENTIFIED_EXPORT = "identified_export"
    REFERRAL_PACKAGE = "referral_package"  # an export of one person, of what a provider is told with a referral
    RECORDS_IN = "records_in"  # persons whom another organisation hands on in a file
    BULK_READ = "bulk_read"
    KEY_OPERATION = "key_operation"
    POLICY_CHANGE = "policy_change"
    PROGRAMME_CHANGE = "programme_change"
    OUTSIDE_TOTALS = "outside_totals"
    SERVICE_TOKEN = "service_token"  # noqa: S105  (not a token)
    PARTNER_TOKEN = "partner_token"  # noqa: S105  (a partner's, for a program of their own)


# Who may propose (and carry out) an act, and who may approve it.
RIGHTS: Final[Mapping[Act, tuple[Right, Right]]] = {
    Act.ERASURE: (Right.PROPOSE_ERASURE, Right.APPROVE_ERASURE),
    Act.IDENTIFIED_EXPORT: (Right.EXPORT_IDENTIFIED, Right.APPROVE_EXPORT),
    Act.REFERRAL_PACKAGE: (Right.SHARE_RECORD, Right.APPROVE_EXPORT),
    Act.RECORDS_IN: (Right.REVIEW_SUBMISSION, Right.APPROVE_EXPORT),  # what comes in, by who agrees to what leaves
    Act.BULK_READ: (Right.READ_IN_BULK, Right.APPROVE_BULK_READ),
    Act.KEY_OPERATION: (Right.MANAGE_KEYS, Right.APPROVE_KEY_OPERATION),
    Act.POLICY_CHANGE: (Right.CHANGE_POLICY, Right.APPROVE_POLICY),
    Act.PROGRAMME_CHANGE: (Right.CHANGE_PROGRAMME, Right.APPROVE_PROGRAMME),
    Act.OUTSIDE_TOTALS: (Right.KEEP_OUTSIDE_TOTALS, Right.APPROVE_OUTSIDE_TOTALS),
    Act.SERVICE_TOKEN: (Right.MANAGE_ACCOUNTS, Right.APPROVE_TOKEN),
    Act.PARTNER_TOKEN: (Right.ANSWER_REFERRAL, Right.APPROVE_TOKEN),
}

# Who sees that an act was proposed, beside who proposed it: no partner learns what another asks for.
CONCERNED: Final[Mapping[Act, tuple[Right, ...]]] = {
    act: rights[1:] if act is Act.PARTNER_TOKEN else rights for act, rights in RIGHTS.items()
}


class State(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CARRIED_OUT = "carried_out"


STEPS: Final[Mapping[State, frozenset[State]]] = {
    State.PROPOSED: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED}),
    State.APPROVED: frozenset({State.CARRIED_OUT, State.EXPIRED}),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CARRIED_OUT: frozenset(),
}

OPEN: Final = [state for state, following in STEPS.items() if State.EXPIRED in following]

LOGGED_AS: Final[Mapping[State, Action]] = {
    State.PROPOSED: Action.PROPOSED,
    State.APPROVED: Action.APPROVED,
    State.REJECTED: Action.REJECTED,
    State.EXPIRED: Action.EXPIRED,
    State.CARRIED_OUT: Action.CARRIED_OUT,
}


@dataclass(frozen=True)
class Proposal:
    """What somebody wants to do, to what, and how far it has come. Whoever carries it out acts on this, not on a copy."""

    id: UUID
    operation: str
    act: Act
    subject: str
    custodies: tuple[Custody, ...]
    purpose: Purpose
    state: State
    proposed_by: str
    proposed_at: datetime
    until: datetime
    decided_by: str | None
    detail: Mapping[str, object] = field(default_factory=dict)
    done_at: datetime | None = None


class ProposalUnknown(Problem):
    code = "CORE-140"
    says = "There is no proposal {proposal} in this operation."
    remedy = "List what waits for a decision, and copy the id from there."


class _Refused(NotAllowed):
    """A step that the rule forbids: a denial like any other, so the attempt is in the audit log."""

    code = ""

    def __init__(self, right: Right, proposal: UUID, **where: object) -> None:
        super().__init__(right, f"core.proposal:{proposal}", proposal=str(proposal), **where)


class SecondPersonNeeded(_Refused):
    code = "CORE-141"
    says = "Proposal {proposal} needs a second person: neither who proposed it nor the program itself may approve it."
    remedy = "Ask a colleague who holds the right {right}. The attempt is in the audit log."


class ProposalNotThere(_Refused):
    code = "CORE-142"
    says = "Proposal {proposal} is {state}, so it cannot become {wanted}."
    remedy = "Nothing was done. If it is still needed, propose it again; carrying out needs an approval first, and counts once."


class ProposalExpired(_Refused):
    code = "CORE-143"
    says = "Proposal {proposal} expired at {until}."
    remedy = "Nothing was done. Propose it again: a decision is due within 7 days, the deed within 24 hours of it."


class ProposalForSomethingElse(_Refused):
    code = "CORE-144"
    says = "Proposal {proposal} is for another act or another record than the one at hand."
    remedy = "Nothing was done. Propose exactly what shall be done."


def propose(
    session: Session,
    act: Act,
    subject: str,
    *,
    purpose: Purpose,
    detail: Mapping[str, object] | None = None,
    custodies: Collection[Custody] = (),
) -> UUID:
    """Ask for a second person's approval; the proposal's id. Raises `NotAllowed`.

    `subject` is what the act would touch, as `casework.person:<id>`; `detail` holds ids, counts and hashes only. Where the
    act concerns records, `custodies` is where they lie: who approves must cover every one of them, as who proposes does.
    """
    access = require_throughout(session, RIGHTS[act][0], custodies, subject=subject)
    row = ProposalRow(
        id=uuid4(),
        operation=access.operation,
        act=act,
        subject=subject,
        custodies=sorted({str(custody) for custody in custodies}),
        purpose=purpose,
        detail=dict(detail or {}),
        state=State.PROPOSED,
        proposed_by=access.actor,
        proposed_at=now(),
        until=now() + TIME_TO_DECIDE,
    )
    session.add(row)
    _log(session, row)
    return row.id


def approve(session: Session, proposal: UUID) -> Proposal:
    """Approve what somebody else proposed; it must be carried out within 24 hours. Raises `NotAllowed` and its kinds."""
    row = _locked(session, proposal)
    right = RIGHTS[Act(row.act)][1]
    access = require_throughout(session, right, _custodies(row), subject=f"core.proposal:{proposal}")
    if access.system or access.actor == row.proposed_by:
        raise SecondPersonNeeded(right, proposal)
    _step(row, State.APPROVED, right)
    _decided(row, access)
    row.until = now() + TIME_TO_CARRY_OUT
    return _log(session, row)


def reject(session: Session, proposal: UUID) -> Proposal:
    """Refuse a proposal, or withdraw one's own. Raises `NotAllowed` and its kinds."""
    row = _locked(session, proposal)
    right = RIGHTS[Act(row.act)][1]
    access = access_of(session)
    if access.system or access.actor != row.proposed_by:
        require_throughout(session, right, _custodies(row), subject=f"core.proposal:{proposal}")
    _step(row, State.REJECTED, right)
    _decided(row, access)
    return _log(session, row)


def carry_out(session: Session, proposal: UUID, act: Act, subject: str) -> Proposal:
    """Mark an approved proposal as done, in the transaction that does the deed; succeeds once.

    Raises `NotAllowed` and its kinds: not approved, expired, done before, or meant for another act or subject.
    """
    row = _locked(session, proposal)
    right = RIGHTS[act][0]
    access = require_throughout(session, right, _custodies(row), subject=f"core.proposal:{proposal}")
    if (row.act, row.subject) != (act, subject):
        raise ProposalForSomethingElse(right, proposal)
    _step(row, State.CARRIED_OUT, right)
    row.done_by, row.done_at = access.actor, now()
    return _log(session, row)


def expire_overdue(session: Session) -> int:
    """Mark what nobody decided or carried out in time; how many. Past its moment a proposal is void even before this runs."""
    overdue = select(ProposalRow).where(ProposalRow.state.in_(OPEN), ProposalRow.until <= now())
    rows = list(session.scalars(overdue.with_for_update(skip_locked=True)))
    for row in rows:
        row.state = State.EXPIRED
        _log(session, row)
    return len(rows)


def open_proposals(session: Session) -> list[Proposal]:
    """What waits for a decision or for its deed in this operation, the oldest first."""
    wanted = select(ProposalRow).where(ProposalRow.state.in_(OPEN), ProposalRow.until > now())
    return [_value(row) for row in session.scalars(wanted.order_by(ProposalRow.proposed_at, ProposalRow.id))]


def awaiting_decision(session: Session) -> list[Proposal]:
    """What waits for this account's own decision: proposed by somebody else, in reach, and theirs to approve."""
    access = access_of(session)
    return [
        it
        for it in open_proposals(session)
        if it.state is State.PROPOSED
        and not access.system
        and it.proposed_by != access.actor
        and access.may_throughout(RIGHTS[it.act][1], it.custodies)
    ]


def find_proposal(session: Session, proposal: UUID) -> Proposal:
    """One proposal of this operation; raises `ProposalUnknown`."""
    row = session.get(ProposalRow, proposal)
    if row is None:
        raise ProposalUnknown(proposal=proposal)
    return _value(row)


def _locked(session: Session, proposal: UUID) -> ProposalRow:
    """The row, held until the transaction ends: of two who decide at once, one waits and then finds it decided."""
    wanted = select(ProposalRow).where(ProposalRow.id == proposal).with_for_update()
    row = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise ProposalUnknown(proposal=proposal)
    return row


def _step(row: ProposalRow, following: State, right: Right) -> None:
    if following not in STEPS[State(row.state)]:
        raise ProposalNotThere(right, row.id, state=row.state, wanted=following.value)
    if row.until <= now():
        raise ProposalExpired(right, row.id, until=f"{row.until:%Y-%m-%d %H:%M} UTC")
    row.state = following


def _decided(row: ProposalRow, access: Access) -> None:
    row.decided_by, row.decided_at = access.actor, now()


def _custodies(row: ProposalRow) -> tuple[Custody, ...]:
    return tuple(map(Custody.parse, row.custodies))


def _log(session: Session, row: ProposalRow) -> Proposal:
    detail = {"proposal": str(row.id), "act": row.act, "proposed_by": row.proposed_by}
    session.flush()
    record(session, LOGGED_AS[State(row.state)], row.subject, purpose=Purpose(row.purpose), count=1, detail=detail)
    return _value(row)


def _value(row: ProposalRow) -> Proposal:
    return Proposal(
        id=row.id,
        operation=row.operation,
        act=Act(row.act),
        subject=row.subject,
        custodies=_custodies(row),
        purpose=Purpose(row.purpose),
        state=State(row.state),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        until=row.until,
        decided_by=row.decided_by,
        detail=dict(row.detail),
        done_at=row.done_at,
    )
