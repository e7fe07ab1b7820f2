"""Weeks and months are protected and released alike: what was called a week is a period."""

from alembic import op

revision = "0036"
down_revision = "0035"

UNIQUE = {"anonymizer.sealed_evidence": "uq_sealed_evidence_operation_", "statistics.release": "uq_release_operation_"}


def upgrade() -> None:
    for table in ("anonymizer.sealed_evidence", "anonymizer.proof", "anonymizer.protected_table", "statistics.release"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN week TO period")
    for table, name in UNIQUE.items():
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name}week TO {name}period")
