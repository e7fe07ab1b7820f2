"""Half of each page of a key table stays free, so that a re-wrapped key finds room beside the one it replaces.

PostgreSQL then writes no new entries into the index (a heap-only tuple), and a quarter of the write-ahead log. Pages that
are full already become so with the first re-wrapping, or with `waystation erase remains`.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

TABLES = ("casework.record_key", "ingest.record_key")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")
