"""Files that are handed in on screen to be imported: sealed, and shown to those whose reach covers whom they are for.

A source that is pulled says when its last round ended and why it failed, and the zone that pulls sees what was not sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"

CASEWORK, COLLECTION = "waystation_casework", "waystation_collection"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
REACH = "(SELECT string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))::text[]"
IN_REACH = f"{OWN_OPERATION} AND custody LIKE ANY ({REACH})"


def upgrade() -> None:
    op.create_table(
        "handed_in",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("custody", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("handed_in_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("aside", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("told", sa.LargeBinary()),
        sa.CheckConstraint("state IN ('waiting', 'trying', 'tried', 'taking_in', 'taken_in')", name="state"),
        schema="ingest",
    )
    op.create_index("ix_handed_in_operation_at", "handed_in", ["operation", "at", "id"], schema="ingest")
    op.execute("ALTER TABLE ingest.handed_in ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ingest.handed_in FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY need_to_know ON ingest.handed_in TO {CASEWORK} USING ({IN_REACH}) WITH CHECK ({IN_REACH})")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON ingest.handed_in TO {CASEWORK}")
    op.execute(f"GRANT UPDATE (state, records, aside, said, content, told) ON ingest.handed_in TO {CASEWORK}")
    op.execute(f"GRANT INSERT ON ingest.record_key TO {CASEWORK}")
    op.add_column("source", sa.Column("pulled_at", sa.DateTime(timezone=True)), schema="ingest")
    op.add_column("source", sa.Column("failed", sa.String(), nullable=False, server_default=""), schema="ingest")
    op.execute(f"GRANT SELECT (pulled_at, failed), UPDATE (pulled_at, failed) ON ingest.source TO {COLLECTION}")
    op.execute(f"GRANT SELECT (source, operation, failed) ON ingest.review_to_send TO {COLLECTION}")
