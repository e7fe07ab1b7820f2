"""The audit log: every read of identified data, every change, denial and release leaves a line in the same transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.models import AuditEntry

__all__ = ["Action", "AuditEntry", "Purpose", "audited_entries", "record"]


def audited_entries(session: Session, *, action: Action | None = None, newest: int = 100) -> list[AuditEntry]:
    """The newest lines first (audit zone only)."""
    wanted = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(newest)
    if action:
        wanted = wanted.where(AuditEntry.action == action.value)
    return list(session.scalars(wanted))
