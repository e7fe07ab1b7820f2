"""A collector's phone may carry the cases of its custody: for each is said of which parts, and by default it carries none."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0052"

COLLECTION = "waystation_collection"


def upgrade() -> None:
    op.add_column("collector", sa.Column("carries", sa.ARRAY(sa.String())), schema="ingest")
    op.create_check_constraint(
        "carries", "collector", "carries <@ ARRAY['identity', 'contact', 'facts']::varchar[]", schema="ingest"
    )
    op.execute(f"GRANT UPDATE (carries) ON ingest.collector TO {COLLECTION}")
