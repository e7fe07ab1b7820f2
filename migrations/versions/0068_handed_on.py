"""Persons in the shape of the HTCDS are handed in on screen or by a partner's program, and kept as files to import are.

A partner's token counts what it asks within a minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.add_column("handed_in", sa.Column("shape", sa.String(), nullable=False, server_default="mapped"), schema="ingest")
    op.create_check_constraint("ck_handed_in_shape", "handed_in", "shape IN ('mapped', 'htcds')", schema="ingest")
    op.add_column("service_token", sa.Column("minute_from", sa.DateTime(timezone=True)), schema="identity")
    op.add_column("service_token", sa.Column("asked", sa.Integer(), nullable=False, server_default="0"), schema="identity")
    op.execute("GRANT UPDATE (minute_from, asked) ON identity.service_token TO waystation_identity")
