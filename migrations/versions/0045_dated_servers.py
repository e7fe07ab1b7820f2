"""Servers that number no records and list by moments: numbers of 128 bits, how far changes came, when a record came there."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

COLLECTION = "waystation_collection"


def upgrade() -> None:
    op.execute("ALTER TABLE ingest.pulled ALTER number TYPE uuid USING lpad(to_hex(number), 32, '0')::uuid")
    op.add_column("pulled", sa.Column("moment", sa.BigInteger()), schema="ingest")
    op.add_column("source", sa.Column("changed_to", sa.BigInteger(), nullable=False, server_default="0"), schema="ingest")
    op.execute(
        "ALTER TABLE ingest.source DROP CONSTRAINT ck_source_kind, ADD CONSTRAINT ck_source_kind "
        "CHECK (kind IN ('kobotoolbox', 'odk-central'))"
    )
    op.execute(f"GRANT UPDATE (moment) ON ingest.pulled TO {COLLECTION}")
    op.execute(f"GRANT SELECT (changed_to), UPDATE (changed_to) ON ingest.source TO {COLLECTION}")
