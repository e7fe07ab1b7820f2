"""The audit log: every read of identified data and every release leaves a line in the same transaction.

Actor, zone and operation are taken from the transaction itself, so a caller cannot name another. `detail` holds
ids, counts and hashes, never an answer that a person gave.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.models import AuditEntry

__all__ = ["Action", "AuditEntry", "Purpose", "audited_entries", "record"]

# Written as text because it is run for everything that is done: no RETURNING, for those who write the log may not read it.
ADD_LINE: Final = text(
    "INSERT INTO core.audit_entry (actor, zone, operation, action, subject, purpose, count, detail) VALUES "
    "(current_setting('waystation.actor'), current_user, current_setting('waystation.operation'), "
    ":action, :subject, :purpose, :count, CAST(:detail AS jsonb))"
)


class Action(StrEnum):
    RECEIVED = "received"
    QUARANTINED = "quarantined"
    PUBLISHED = "published"
    READ = "read"
    ADMITTED = "admitted"
    PROTECTED = "protected"
    RELEASED = "released"


class Purpose(StrEnum):
    """Why identified data was touched."""

    COLLECTION = "collection"
    ASSISTANCE = "assistance"
    STATISTICS = "statistics"
    VERIFICATION = "verification"


def record(
    session: Session,
    action: Action,
    subject: str,
    *,
    purpose: Purpose,
    count: int = 1,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one line. `subject` is what was touched, as `casework.person` or `casework.person:<id>`."""
    line = {"action": action, "subject": subject, "purpose": purpose, "count": count, "detail": json.dumps(detail or {})}
    session.execute(ADD_LINE, line)


def audited_entries(session: Session, *, action: Action | None = None, newest: int = 100) -> list[AuditEntry]:
    """The newest lines first (audit zone only)."""
    wanted = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(newest)
    if action:
        wanted = wanted.where(AuditEntry.action == action.value)
    return list(session.scalars(wanted))
