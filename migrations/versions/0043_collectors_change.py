"""A collector may be offered some forms only, and may be retired: its phone was lost, or it has done its work."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

COLLECTION = "waystation_collection"


def upgrade() -> None:
    op.add_column("collector", sa.Column("forms", sa.ARRAY(sa.String())), schema="ingest")
    op.add_column("collector", sa.Column("retired_at", sa.DateTime(timezone=True)), schema="ingest")
    op.execute(f"GRANT UPDATE (forms, retired_at) ON ingest.collector TO {COLLECTION}")
