"""Weeks and months are protected and released alike: what was called a week is a period."""

from alembic import op

revision = "0047"
down_revision = "0035"

TABLES = (
    "anonymizer.sealed_evidence",
    "anonymizer.proof",
    "anonymizer.protected_table",
    "statistics.release",
)


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN week TO period")
