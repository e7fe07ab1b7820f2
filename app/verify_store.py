"""Verify the store of an operation: what the audit log knows is read in its zone, the records in theirs."""

from collections.abc import Callable

from app.operations import find_operation
from app.program import Program
from casework.store import Checked, verify_records
from core.audit import Purpose
from core.database import Zone
from core.logged_versions import logged_versions

__all__ = ["verify_store"]

ACTOR = "auditor"


def verify_store(program: Program, operation: str, told: Callable[[int], None] = lambda _: None) -> Checked:
    """Open every record and compare its version with the log; raises `OperationUnknown`.

    The log is read first: what is corrected meanwhile is newer than the log says, which is no fault.
    """
    with program.database.transaction(Zone.AUDIT, operation=operation, actor=ACTOR) as session:
        newest = logged_versions(session, operation)
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=ACTOR) as session:
        find_operation(session, operation)
        return verify_records(session, program.ring, operation, newest, told, purpose=Purpose.VERIFICATION)
