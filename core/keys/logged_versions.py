"""What the audit log knows to be the newest, to compare the store with: versions of records, and changes of what keys list."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Integer, ScalarSelect, func, literal_column, select, text
from sqlalchemy.orm import Session

from core.access import require
from core.audit_line import Action, Purpose, record
from core.database import Zone, ask_in
from core.models import AuditEntry
from core.permissions import Right

__all__ = ["logged_changes", "logged_versions", "newest_told"]

TOLD: Final = func.max(AuditEntry.detail["changes"].astext.cast(Integer))
LISTED: Final = AuditEntry.action == literal_column(f"'{Action.LISTED.value}'")  # in so many words, as the index on them has it


def newest_told(subject: ColumnElement[str], beside: type[Any] | FromClause) -> ScalarSelect[int]:
    """How many changes of what a key lists the log tells of, for a question about `beside`; 0 where it tells of none."""
    told = select(func.coalesce(TOLD, 0)).where(AuditEntry.subject == subject, LISTED)
    return told.correlate(beside).scalar_subquery()


def logged_changes(session: Session) -> Mapping[str, int]:
    """The same of every key of the transaction's operation that the log tells of, by its subject."""
    told = select(AuditEntry.subject, TOLD).where(LISTED).group_by(AuditEntry.subject)
    return {subject: changes for subject, changes in ask_in(session, Zone.COMPARISON, told)}  # noqa: C416  (rows)


def logged_versions(session: Session, operation: str) -> Mapping[UUID, int]:
    """By record, the newest version that a line of this operation names (zone audit); raises `NotAllowed`.

    A record that never changed has no such line.
    """
    require(session, Right.READ_AUDIT)
    lines = session.execute(
        text(
            "SELECT (detail ->> 'record')::uuid AS record, max((detail ->> 'version')::bigint) AS version "
            "FROM core.audit_entry WHERE operation = :operation AND action = :action AND detail ? 'record' GROUP BY 1"
        ),
        {"operation": operation, "action": Action.CORRECTED.value},
    )
    newest = {line.record: line.version for line in lines}
    record(session, Action.READ, "core.audit_entry", purpose=Purpose.VERIFICATION, count=len(newest), detail={"by": "record"})
    return newest
