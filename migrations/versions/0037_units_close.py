"""A unit is renamed, and closed when it is no more; its id stays in custodies and roles."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("unit", sa.Column("closed_at", sa.DateTime(timezone=True)), schema="identity")
    op.execute("GRANT UPDATE (name, closed_at) ON identity.unit TO waystation_identity")
