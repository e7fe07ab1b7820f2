"""A registry of totals that others publish of an operation's people, by two people; and which of them a proof knew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"

ANONYMIZER = "waystation_anonymizer"
SAME_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "outside_publication",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proposal", sa.Uuid(), sa.ForeignKey("core.proposal.id"), nullable=False, unique=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("activated_by", sa.String()),
        sa.Column("activated_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("operation", "period", "publisher", "title", "version"),
        sa.CheckConstraint("approved_by <> proposed_by", name="second_person"),
        schema="anonymizer",
    )
    op.execute("ALTER TABLE anonymizer.outside_publication ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE anonymizer.outside_publication FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY operation ON anonymizer.outside_publication USING ({SAME_OPERATION}) WITH CHECK ({SAME_OPERATION})"
    )
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (approved_by, activated_by, activated_at) "
        f"ON anonymizer.outside_publication TO {ANONYMIZER}"
    )
    op.add_column("proof", sa.Column("elsewhere", JSONB(), nullable=False, server_default="[]"), schema="anonymizer")
