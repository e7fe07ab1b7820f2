"""The audit log: every read of identified data and every release leaves a line in the same transaction.

Actor, zone and operation are taken from the transaction itself, so a caller cannot name another. `detail` holds
ids, counts and hashes, never an answer that a person gave.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import func, insert, literal_column, select
from sqlalchemy.orm import Session

from core.models import AuditEntry

__all__ = ["Action", "AuditEntry", "Purpose", "audited_entries", "record"]


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
    line = insert(AuditEntry).values(
        actor=func.current_setting("waystation.actor"),
        zone=literal_column("current_user"),
        operation=func.current_setting("waystation.operation"),
        action=action.value,
        subject=subject,
        purpose=purpose.value,
        count=count,
        detail=dict(detail or {}),
    )
    session.execute(line.inline())  # no RETURNING: those who write the log may not read it


def audited_entries(session: Session, *, action: Action | None = None, newest: int = 100) -> list[AuditEntry]:
    """The newest lines first (audit zone only)."""
    wanted = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(newest)
    if action:
        wanted = wanted.where(AuditEntry.action == action.value)
    return list(session.scalars(wanted))
