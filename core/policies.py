"""Policies that two people decide: retention periods, rules of protection, the programme of casework.

Once a version is active it is the only one that the program uses; until there is one, the file or the built-in default
holds. A version is kept with who proposed and approved it, and its content is never changed: its hash is what was approved.
Whoever stores one checks first that it can be read.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.access import Access, access_of, require
from core.audit_line import Purpose
from core.clock import now
from core.database import Base, Zone
from core.errors import Problem
from core.listed import ListName, listed, require_none_missing
from core.models import ProposalRow
from core.postgres.turns import take_turns
from core.proposals_in_reach import stands_at
from core.second_person import RIGHTS, Act, State, approve, carry_out, find_proposal, propose

__all__ = [
    "PolicyChanged",
    "PolicyKind",
    "PolicyRow",
    "PolicyUnknown",
    "PolicyVersion",
    "activate_policy",
    "active_policy",
    "approve_policy",
    "list_policies",
    "propose_policy",
]

MOST_BYTES: Final = 100_000


class PolicyKind(StrEnum):
    RETENTION = "retention"
    PROTECTION = "protection"  # of the tables, by the anonymizer
    PROGRAMME = "programme"  # what casework offers and asks: `casework.programme`

    @property
    def act(self) -> Act:
        """What two people do when they change it: whoever leads casework needs no right to the other policies."""
        return Act.PROGRAMME_CHANGE if self is PolicyKind.PROGRAMME else Act.POLICY_CHANGE

    def is_for(self, access: Access) -> bool:
        """Whether the account may propose it or approve it, and so read every version."""
        return any(access.may(right) for right in RIGHTS[self.act])


class PolicyUnknown(Problem):
    code = "CORE-165"
    says = "There is no version {policy} of a policy in this operation."
    remedy = "List them with `bin/waystation policies list`."


class PolicyChanged(Problem):
    code = "CORE-166"
    says = "Version {version} of the {kind} policy is not what was approved."
    remedy = "It is not used, and what needs it stops: somebody changed it in the database. Propose the policy again."


@listed(Zone.CASEWORK, by="operation")
class PolicyRow(Base):
    """One version of a policy. The newest that is activated holds."""

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("operation", "kind", "version"),
        CheckConstraint("approved_by <> proposed_by", name="second_person"),
        {"schema": "core"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    content: Mapped[str]
    sha256: Mapped[str]
    proposal: Mapped[UUID] = mapped_column(ForeignKey(ProposalRow.id), unique=True)
    proposed_by: Mapped[str]
    approved_by: Mapped[str | None]
    activated_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]


@dataclass(frozen=True)
class PolicyVersion:
    """A version as it is listed; `until` is when its proposal ends, where it waits for a decision or for being activated."""

    id: UUID
    kind: PolicyKind
    version: int
    sha256: str
    state: State
    until: datetime
    proposed_by: str
    approved_by: str | None
    activated_at: datetime | None
    active: bool
    content: str = field(repr=False)


def propose_policy(session: Session, kind: PolicyKind, content: str) -> UUID:
    """Propose a policy's whole text; the version's id. Raises `NotAllowed`."""
    new = uuid4()
    access = require(session, RIGHTS[kind.act][0], subject=_subject(new))
    if len(content.encode()) > MOST_BYTES:
        raise ValueError("a policy is a page of text")
    take_turns(session, f"core.policy:{access.operation}:{kind.value}")
    earlier = session.scalars(select(func.max(PolicyRow.version)).where(PolicyRow.kind == kind.value)).one()
    digest = _digest(kind, content)
    detail = {"version": (earlier or 0) + 1, "sha256": digest}
    proposal = propose(session, kind.act, _subject(new), purpose=Purpose.ADMINISTRATION, detail=detail)
    row = PolicyRow(
        id=new,
        operation=access.operation,
        kind=kind.value,
        version=(earlier or 0) + 1,
        content=content,
        sha256=digest,
        proposal=proposal,
        proposed_by=access.actor,
    )
    session.add(row)
    session.flush()
    return new


def approve_policy(session: Session, policy: UUID) -> None:
    """Approve what another proposed; raises `NotAllowed` and its kinds, `PolicyUnknown` or `PolicyChanged`."""
    row = _checked(_row(session, policy))
    row.approved_by = approve(session, row.proposal).decided_by
    session.flush()


def activate_policy(session: Session, policy: UUID) -> None:
    """Use an approved version from now on; raises `NotAllowed` and its kinds, `PolicyUnknown` or `PolicyChanged`."""
    row = _checked(_row(session, policy))
    done = carry_out(session, row.proposal, PolicyKind(row.kind).act, _subject(policy))
    if done.detail.get("sha256") != row.sha256:
        raise PolicyChanged(version=row.version, kind=row.kind)
    row.approved_by = done.decided_by  # it may have been approved in the queue of all proposals
    row.activated_by, row.activated_at = access_of(session).actor, now()
    session.flush()


def active_policy(session: Session, kind: PolicyKind) -> str | None:
    """The text in force in this operation, None where the file or the default holds; raises `PolicyChanged`.

    What is in force is compared with what was approved each time it is read.
    """
    row = _newest(session, kind)
    if row is None:
        return None
    approved = find_proposal(session, row.proposal)
    if _checked(row).sha256 != approved.detail.get("sha256") or approved.state != "carried_out":
        raise PolicyChanged(version=row.version, kind=row.kind)
    return row.content


def list_policies(session: Session, *asked: PolicyKind) -> list[PolicyVersion]:
    """Every version of the kinds asked for, or of all, that are this account's to decide, the newest of each kind first.

    Raises `NotAllowed` where none of them is.
    """
    wanted = asked or tuple(PolicyKind)
    kinds = [kind for kind in wanted if kind.is_for(access_of(session))]
    if not kinds:
        require(session, RIGHTS[wanted[0].act][0], subject="core.policy")
    of_these = PolicyRow.kind.in_([kind.value for kind in kinds])
    rows = session.scalars(select(PolicyRow).where(of_these).order_by(PolicyRow.kind, PolicyRow.version.desc()))
    active = {row.id for kind in kinds if (row := _newest(session, kind))}
    return [_listed(session, row, active=row.id in active) for row in rows]


def _listed(session: Session, row: PolicyRow, *, active: bool) -> PolicyVersion:
    proposal = find_proposal(session, row.proposal)
    return PolicyVersion(
        id=row.id,
        kind=PolicyKind(row.kind),
        version=row.version,
        sha256=row.sha256,
        state=stands_at(proposal),
        until=proposal.until,
        proposed_by=row.proposed_by,
        approved_by=None if proposal.state is State.REJECTED else proposal.decided_by,
        activated_at=row.activated_at,
        active=active,
        content=row.content,
    )


def _newest(session: Session, kind: PolicyKind) -> PolicyRow | None:
    """The one that is in force. None may be missing: the one before it would be in force again."""
    rows = session.scalars(select(PolicyRow).order_by(PolicyRow.activated_at.desc().nulls_last())).all()
    name = ListName("core.policy", access_of(session).operation)
    require_none_missing(session, PolicyRow, name, [(row.id,) for row in rows])
    return next((row for row in rows if row.kind == kind.value and row.activated_at), None)


def _row(session: Session, policy: UUID) -> PolicyRow:
    row = session.get(PolicyRow, policy)
    if row is None:
        raise PolicyUnknown(policy=policy)
    return row


def _checked(row: PolicyRow) -> PolicyRow:
    if _digest(PolicyKind(row.kind), row.content) != row.sha256:
        raise PolicyChanged(version=row.version, kind=row.kind)
    return row


def _digest(kind: PolicyKind, content: str) -> str:
    return sha256(f"{kind.value}\n{content}".encode()).hexdigest()


def _subject(policy: UUID) -> str:
    return f"core.policy:{policy}"
