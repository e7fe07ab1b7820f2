"""The zone that receives sees by which name a submission came: answers out of a table are a phone's in another notation."""

from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.execute("GRANT SELECT (collector) ON ingest.submission TO waystation_collection")
