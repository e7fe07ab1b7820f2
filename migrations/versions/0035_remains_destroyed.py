"""When the remains of deleted keys in the database's files were destroyed: written by the owner alone."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table("remains_destroyed", sa.Column("at", sa.DateTime(timezone=True), primary_key=True), schema="core")
    op.execute("GRANT SELECT ON core.remains_destroyed TO waystation_casework")
