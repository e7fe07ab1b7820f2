"""What stands in clear and decides who sees a record has a form, which PostgreSQL keeps."""

from alembic import op

revision = "0025"
down_revision = "0024"

CUSTODY = "custody ~ '^[0-9A-Za-z-]+(/[0-9A-Za-z-]+){3}$'"
PARTS = "parts <@ ARRAY['identity', 'contact', 'narrative', 'facts', 'files']::varchar[]"


def upgrade() -> None:
    for schema, table in (("casework", "person"), ("casework", "opening"), ("ingest", "collector"), ("ingest", "submission")):
        op.create_check_constraint("custody", table, CUSTODY, schema=schema)
    op.create_check_constraint("parts", "opening", PARTS, schema="casework")
