"""Of a week that is protected, the populations that are not, with the code of what refused them (decision 119)."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"

ANONYMIZER = "waystation_anonymizer"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "kept_aside",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("period", sa.String(), primary_key=True),
        sa.Column("population", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        schema="anonymizer",
    )
    op.execute("ALTER TABLE anonymizer.kept_aside ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE anonymizer.kept_aside FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY need_to_know ON anonymizer.kept_aside TO {ANONYMIZER} "
        f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
    )
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE (code) ON anonymizer.kept_aside TO {ANONYMIZER}")
