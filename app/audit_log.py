"""Keeping the audit log: its lines are sealed, and then their heads are exported, in two transactions one after the other.

A head leaves the database only when it is committed.
"""

from core.audit_chain import export_heads, seal_log
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.settings import Settings

__all__ = ["export_audit_heads", "seal_and_export"]


def seal_and_export(database: Database, ring: KeyRing, settings: Settings) -> int:
    """Seal what is due and append its head to the file; how many lines. Raises `HeadsAhead`, after sealing."""
    with database.transaction(Zone.AUDIT, actor="sealing") as session:
        sealed = seal_log(session, ring)
    export_audit_heads(database, ring, settings)
    return sealed


def export_audit_heads(database: Database, ring: KeyRing, settings: Settings) -> int:
    """Append the heads that the file lacks; how many. Raises `HeadsAhead`."""
    with database.transaction(Zone.AUDIT, actor="sealing") as session:
        return export_heads(session, ring, settings.audit_heads_path)
