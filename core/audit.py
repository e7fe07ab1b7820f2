"""The audit log: every read of identified data, every change, denial and release leaves a line in the same transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import access_of
from core.audit_line import Action, Deed, Deeds, Line, Purpose, record, record_each
from core.models import AuditEntry

__all__ = [
    "Action",
    "AuditEntry",
    "Deed",
    "Deeds",
    "Line",
    "Purpose",
    "audited_entries",
    "entries_about",
    "record",
    "record_each",
]


def audited_entries(session: Session, *, action: Action | None = None, newest: int = 100) -> list[AuditEntry]:
    """The newest lines first (audit zone only)."""
    wanted = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(newest)
    if action:
        wanted = wanted.where(AuditEntry.action == action.value)
    return list(session.scalars(wanted))


def entries_about(session: Session, subject: str) -> list[AuditEntry]:
    """Every line on one subject in the transaction's operation, the oldest first (audit zone only)."""
    here = AuditEntry.operation == access_of(session).operation
    return list(session.scalars(select(AuditEntry).where(AuditEntry.subject == subject, here).order_by(AuditEntry.number)))
