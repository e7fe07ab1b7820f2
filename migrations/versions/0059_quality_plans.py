"""What is looked for in the answers to a form: every edition is kept, and none is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

CASEWORK = "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "quality_plan",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("form_id", sa.String(), primary_key=True),
        sa.Column("edition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        schema="ingest",
    )
    op.execute("ALTER TABLE ingest.quality_plan ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ingest.quality_plan FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON ingest.quality_plan USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})")
    op.execute(f"GRANT SELECT, INSERT ON ingest.quality_plan TO {CASEWORK}")
