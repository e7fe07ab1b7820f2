"""Reading a movement report counts towards what an account may read in a day: it tells of its reporter."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
OWN_ACCOUNT = "actor = (SELECT current_setting('waystation.actor', true))"


def upgrade() -> None:
    op.create_table(
        "report_read",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("actor", sa.String(), primary_key=True),
        sa.Column(
            "report", sa.Uuid(), sa.ForeignKey("casework.movement_event.id", ondelete="CASCADE"), primary_key=True, index=True
        ),
        sa.Column("day", sa.Date(), nullable=False),
        schema="casework",
    )
    shown = f"{OWN_OPERATION} AND {OWN_ACCOUNT}"
    op.execute("ALTER TABLE casework.report_read ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE casework.report_read FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_account ON casework.report_read TO waystation_casework USING ({shown}) WITH CHECK ({shown})")
    op.execute("GRANT SELECT, INSERT, UPDATE (day) ON casework.report_read TO waystation_casework")
