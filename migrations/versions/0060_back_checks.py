"""Submissions that were drawn to be checked by a second interview, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

CASEWORK = "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
REACH = "(SELECT string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))::text[]"
IN_REACH = f"{OWN_OPERATION} AND custody LIKE ANY ({REACH})"


def upgrade() -> None:
    op.create_table(
        "back_check",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("submission", sa.Uuid(), sa.ForeignKey("ingest.submission.id", ondelete="CASCADE"), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("custody", sa.String(), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("again", sa.Uuid(), sa.ForeignKey("ingest.submission.id", ondelete="SET NULL")),
        sa.Column("told_by", sa.String()),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("submission"),
        sa.UniqueConstraint("operation", "code"),
        sa.CheckConstraint("outcome IN ('met', 'not_met', 'never_interviewed')", name="outcome"),
        schema="ingest",
    )
    op.execute("ALTER TABLE ingest.back_check ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ingest.back_check FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY need_to_know ON ingest.back_check TO {CASEWORK} USING ({IN_REACH}) WITH CHECK ({IN_REACH})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (outcome, again, told_by, told_at) ON ingest.back_check TO {CASEWORK}")
