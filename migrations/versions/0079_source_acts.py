"""What an administrator had done with another server on screen, and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"

COLLECTION = "waystation_collection"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "source_act",
        sa.Column("source", sa.Uuid(), sa.ForeignKey("ingest.source.id"), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("failed", sa.String(), nullable=False),
        schema="ingest",
    )
    op.execute("ALTER TABLE ingest.source_act ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ingest.source_act FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY need_to_know ON ingest.source_act TO {COLLECTION} USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (act, begun_at, ended_at, failed) ON ingest.source_act TO {COLLECTION}")
