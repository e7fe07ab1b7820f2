"""The newest version of each record that the audit log knows of, to compare the store with."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import require
from core.audit_line import Action, Purpose, record
from core.permissions import Right

__all__ = ["logged_versions"]


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
