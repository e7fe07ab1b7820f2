"""Register who may send answers, and recognise them by the token in their server's address.

A token is 32 random bytes, so its plain SHA-256 cannot be guessed back (unlike a password's).
"""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from core.access import UNASSIGNED, Custody
from core.audit import Action, Purpose, record
from core.clock import now
from ingest.models import CollectorRow

__all__ = ["Collector", "add_collector", "find_collector"]


@dataclass(frozen=True)
class Collector:
    """A device or team that may send answers to one operation."""

    id: UUID
    operation: str
    name: str
    custody: Custody = UNASSIGNED


def add_collector(session: Session, operation: str, name: str, *, custody: Custody = UNASSIGNED) -> str:
    """Register a device or team and return its token, which is shown this once and not kept.

    `name` is stored in clear: name the device or the team, not a person. What it sends becomes records in `custody`.
    """
    token = secrets.token_urlsafe(32)
    row = CollectorRow(
        id=uuid4(), operation=operation, name=name, token_sha256=_fingerprint(token), created_at=now(), custody=str(custody)
    )
    session.add(row)
    session.flush()
    record(session, Action.REGISTERED, f"ingest.collector:{row.id}", purpose=Purpose.ADMINISTRATION)
    return token


def find_collector(session: Session, token: str) -> Collector | None:
    """The collector of a token, before any operation is known.

    Row-level security shows a collector's row to its own operation and to whoever presents its token: the presented
    fingerprint is stated in the transaction and compared by the policy itself (migration 0003).
    """
    fingerprint = _fingerprint(token)
    session.execute(select(func.set_config("waystation.presented_token", fingerprint.hex(), true())))
    row = session.scalar(select(CollectorRow).where(CollectorRow.token_sha256 == fingerprint))
    return Collector(row.id, row.operation, row.name, Custody.parse(row.custody)) if row else None


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
