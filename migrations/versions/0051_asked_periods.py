"""Periods that an officer asked to have protected, how far the search for each is, and its pieces, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

ANONYMIZER = "waystation_anonymizer"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "asked_period",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("goals", sa.Integer(), nullable=False),
        sa.Column("failed", sa.String(), nullable=False),
        sa.UniqueConstraint("operation", "period"),
        schema="anonymizer",
    )
    op.create_table(
        "search_piece",
        sa.Column("asked", sa.Uuid(), sa.ForeignKey("anonymizer.asked_period.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="anonymizer",
    )
    for table in ("asked_period", "search_piece"):
        op.execute(f"ALTER TABLE anonymizer.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE anonymizer.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY need_to_know ON anonymizer.{table} TO {ANONYMIZER} "
            f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
        )
        op.execute(f"GRANT SELECT, INSERT, DELETE ON anonymizer.{table} TO {ANONYMIZER}")
    op.execute(f"GRANT UPDATE (met, goals, failed) ON anonymizer.asked_period TO {ANONYMIZER}")
