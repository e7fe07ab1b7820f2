"""Verifying the audit log piece by piece, for a screen: each request walks a bounded stretch and keeps where it stands.

What is kept is signed: whoever can write to the database can take a result away or put an older one back, which shows its
date, but cannot make one up. One who only wants the answer runs `waystation audit verify`.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.access import access_of, require
from core.audit_chain import PURPOSE, Head
from core.audit_line import Action, Purpose, record
from core.audit_verify import Fault, Finding, Verified, Walk, start_walk, walk_on
from core.clock import now
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.models import AuditHead, AuditVerification
from core.permissions import Right
from core.sealing.signatures import sign, verification_key, verify

__all__ = [
    "ChainState",
    "Verification",
    "VerificationForged",
    "begin_verification",
    "chain_state",
    "go_on",
    "newest_verification",
]

SIGNED_AS: Final = "audit verification"
SUBJECT: Final = "core.audit_link"
PIECE: Final = 20_000  # links a request: about a second
MOST_FINDINGS: Final = 200
# Every line of a transaction that was over is linked up to the last head's `below`, so only newer ones are looked at.
NOT_SEALED: Final = text(
    "SELECT count(*) FROM core.audit_entry e WHERE e.transaction >= :since "
    "AND NOT EXISTS (SELECT FROM core.audit_link l WHERE l.line = e.number)"
)


class VerificationForged(Problem):
    code = "CORE-134"
    says = "What the database says of the last verification of the audit log is not what was written."
    remedy = "Treat it as tampering. Verify anew, and compare with your own copy of the heads."


@dataclass(frozen=True)
class ChainState:
    """Where the chain stands: its last head, and how many lines are not sealed yet."""

    last: Head | None
    unsealed: int


@dataclass(frozen=True)
class Verification:
    """A verification, finished or under way. `at` is when it last went on; the first findings are kept, all are counted."""

    id: UUID
    begun_by: str
    begun_at: datetime
    at: datetime
    walk: Walk = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def finished(self) -> bool:
        return self.walk.finished

    @property
    def percent(self) -> int:
        return 100 if self.finished or not self.walk.end else self.walk.asked * 100 // self.walk.end


def chain_state(session: Session) -> ChainState:
    """Where the chain stands (audit zone); raises `NotAllowed`."""
    require(session, Right.READ_AUDIT, subject=SUBJECT)
    row = session.scalars(select(AuditHead).order_by(AuditHead.position.desc()).limit(1)).one_or_none()
    since = row.below if row else 0
    unsealed: int = session.scalar(NOT_SEALED, {"since": since}) or 0
    record(session, Action.READ, SUBJECT, purpose=Purpose.SECURITY, count=0)
    return ChainState(Head.of_row(row) if row else None, unsealed)


def begin_verification(session: Session, ring: KeyRing) -> UUID:
    """Start at the beginning of the log (audit zone); raises `NotAllowed`."""
    require(session, Right.READ_AUDIT, subject=SUBJECT)
    begun = Verification(uuid4(), access_of(session).actor, now(), now(), start_walk(session))
    content = _written(begun)
    session.add(
        AuditVerification(id=begun.id, begun_at=begun.begun_at, content=content, signature=sign(ring, SIGNED_AS, content))
    )
    session.flush()
    record(session, Action.READ, SUBJECT, purpose=Purpose.SECURITY, count=0, detail={"verification": str(begun.id)})
    return begun.id


def go_on(session: Session, ring: KeyRing, exported: Iterable[Head], *, most: int = PIECE) -> Verification | None:
    """Walk one piece further in the newest verification (audit zone); one that is finished stays as it is.

    Two who ask at once walk one piece after the other. Raises `NotAllowed` and `VerificationForged`.
    """
    require(session, Right.READ_AUDIT, subject=SUBJECT)
    row = session.scalars(_newest().with_for_update()).one_or_none()
    if row is None:
        return None
    before = _read(ring, row)
    if before.finished:
        return before
    found: list[Finding] = []
    walk_on(session, before.walk, verification_key(ring, PURPOSE), exported, found.append, most=most)
    findings = (*before.findings, *found)[:MOST_FINDINGS]
    after = replace(before, at=now(), findings=findings)
    row.content = _written(after)
    row.signature = sign(ring, SIGNED_AS, row.content)
    session.flush()
    if after.finished:
        done = after.walk.done
        detail = {"verification": str(after.id), "faults": done.faults}
        record(session, Action.READ, SUBJECT, purpose=Purpose.SECURITY, count=done.sealed, detail=detail)
    return after


def newest_verification(session: Session, ring: KeyRing) -> Verification | None:
    """The verification begun last (audit zone); raises `NotAllowed` and `VerificationForged`."""
    require(session, Right.READ_AUDIT, subject=SUBJECT)
    row = session.scalars(_newest()).one_or_none()
    return row and _read(ring, row)


def _newest() -> Any:
    return select(AuditVerification).order_by(AuditVerification.begun_at.desc(), AuditVerification.id).limit(1)


def _written(verification: Verification) -> bytes:
    walk = verification.walk
    last = walk.last and walk.last.as_line("")
    said = {
        "id": str(verification.id),
        "begun_by": verification.begun_by,
        "begun_at": verification.begun_at.isoformat(),
        "at": verification.at.isoformat(),
        "walk": {**asdict(replace(walk, last=None)), "digest": walk.digest.hex(), "last": last},
        "findings": [[it.fault, it.first, it.last, it.of_positions] for it in verification.findings],
    }
    return json.dumps(said).encode()


def _read(ring: KeyRing, row: AuditVerification) -> Verification:
    if not verify(verification_key(ring, SIGNED_AS), row.content, row.signature):
        raise VerificationForged
    said = json.loads(row.content)
    if said["id"] != str(row.id):
        raise VerificationForged
    walk = said["walk"]
    walk |= {"digest": bytes.fromhex(walk["digest"]), "last": walk["last"] and Head.of_line(walk["last"])}
    walk["done"] = Verified(**walk["done"])
    findings = tuple(Finding(Fault(fault), first, last, of) for fault, first, last, of in said["findings"])
    begun_at, at = (datetime.fromisoformat(said[name]).astimezone(UTC) for name in ("begun_at", "at"))
    return Verification(row.id, said["begun_by"], begun_at, at, Walk(**walk), findings)
