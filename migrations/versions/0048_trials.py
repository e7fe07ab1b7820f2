"""What a week would lose under other rules, asked before it is protected: counts of cells and shares, and of no person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"

ANONYMIZER = "waystation_anonymizer"
SAME_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choices", JSONB(), nullable=False),
        sa.Column("outcomes", JSONB(), nullable=False),
        sa.UniqueConstraint("operation", "period"),
        schema="anonymizer",
    )
    op.execute("ALTER TABLE anonymizer.trial ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE anonymizer.trial FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON anonymizer.trial USING ({SAME_OPERATION}) WITH CHECK ({SAME_OPERATION})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (outcomes), DELETE ON anonymizer.trial TO {ANONYMIZER}")
