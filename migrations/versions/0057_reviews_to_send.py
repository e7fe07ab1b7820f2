"""States that reviews gave and their servers have not been told; sources are changed and removed; versions deployed there."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

COLLECTION = "waystation_collection"
CASEWORK = "waystation_casework"
SAME_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "review_to_send",
        sa.Column("source", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.String(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["source", "number"], ["ingest.pulled.source", "ingest.pulled.number"], ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('received', 'on_hold', 'approved', 'rejected')", name="state"),
        schema="ingest",
    )
    op.create_table(
        "deployed_version",
        sa.Column("source", sa.Uuid(), sa.ForeignKey("ingest.source.id"), primary_key=True),
        sa.Column("version_there", sa.String(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        schema="ingest",
    )
    for table in ("review_to_send", "deployed_version"):
        op.execute(f"ALTER TABLE ingest.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE ingest.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operation ON ingest.{table} USING ({SAME_OPERATION}) WITH CHECK ({SAME_OPERATION})")
    op.add_column("source", sa.Column("removed_at", sa.DateTime(timezone=True)), schema="ingest")
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE (state, asked_at, failed) ON ingest.review_to_send TO {CASEWORK}")
    op.execute(f"GRANT UPDATE (validation) ON ingest.pulled TO {CASEWORK}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (version, deployed_at) ON ingest.deployed_version TO {COLLECTION}")
    op.execute(
        f"GRANT SELECT (removed_at), UPDATE (address, form_id, custody, token, removed_at) ON ingest.source TO {COLLECTION}"
    )
