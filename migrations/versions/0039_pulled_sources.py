"""Servers that are pulled, and which of their records is which of ours; equal answers are told whichever way they came."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

COLLECTION = "waystation_collection"
CASEWORK = "waystation_casework"
CUSTODY = "custody ~ '^[0-9A-Za-z-]+(/[0-9A-Za-z-]+){3}$'"
RIGHTS = {
    "source": {
        COLLECTION: "SELECT (id, operation, kind, address, asset, form_id, position, custody, added_at), "
        "INSERT, UPDATE (position)",
        CASEWORK: "SELECT",
    },
    "pulled": {
        COLLECTION: "SELECT, INSERT, UPDATE (version, submission, validation, deleted_at)",
        CASEWORK: "SELECT, DELETE",
    },
}


def upgrade() -> None:
    op.add_column("submission", sa.Column("answered", sa.LargeBinary()), schema="ingest")
    op.execute(f"GRANT SELECT (answered) ON ingest.submission TO {COLLECTION}")
    op.create_table(
        "source",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("custody", sa.String(), nullable=False, server_default="-/-/-/-"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("operation", "address", "asset"),
        sa.CheckConstraint("kind IN ('kobotoolbox')", name="kind"),
        sa.CheckConstraint(CUSTODY, name="custody"),
        schema="ingest",
    )
    op.create_table(
        "pulled",
        sa.Column("source", sa.Uuid(), sa.ForeignKey("ingest.source.id"), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        _operation(),
        sa.Column("version", sa.LargeBinary(), nullable=False),
        sa.Column("submission", sa.Uuid(), sa.ForeignKey("ingest.submission.id")),
        sa.Column("validation", sa.String()),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        schema="ingest",
    )
    op.create_index("ix_pulled_submission", "pulled", ["submission"], schema="ingest")
    for table, rights in RIGHTS.items():
        _separate_operations(table)
        for zone, granted in rights.items():
            op.execute(f"GRANT {granted} ON ingest.{table} TO {zone}")


def _operation() -> "sa.Column[str]":
    return sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False)


def _separate_operations(table: str) -> None:
    same_operation = "operation = (SELECT current_setting('waystation.operation', true))"
    op.execute(f"ALTER TABLE ingest.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE ingest.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON ingest.{table} USING ({same_operation}) WITH CHECK ({same_operation})")
