"""A record key keeps, sealed, the newest version of each row that it has sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # Keys made before this migration have none; their records are refused rather than trusted.
    op.add_column("record_key", sa.Column("versions", sa.LargeBinary(), nullable=False, server_default=""), schema="casework")
    op.execute("GRANT UPDATE (versions) ON casework.record_key TO waystation_casework")
