"""Who was counted in the caseload at a month's end: fingerprints under the key ring, for the program's own count."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"

CASEWORK = "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.create_table(
        "caseload_roll",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("period", sa.String(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.execute("ALTER TABLE casework.caseload_roll ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE casework.caseload_roll FORCE ROW LEVEL SECURITY")
    own = f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
    op.execute(f"CREATE POLICY own_operation ON casework.caseload_roll TO {CASEWORK} {own}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON casework.caseload_roll TO {CASEWORK}")
