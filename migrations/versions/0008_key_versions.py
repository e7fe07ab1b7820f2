"""Key versions: what the database knows of the key ring, and the rights of the zone that re-wraps.

The keys zone sees wrapped keys and not one ciphertext that they open; it may change the wrapping and not the
commitment. A key wrapped under a retired version is refused by a trigger, because nobody could ever open it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEYS = "waystation_keys"
# Table, what names a key in it, and the three columns of a wrapped key.
KEY_TABLES = (
    ("casework.record_key", "record, kind", "key_version", "sealed", "commitment"),
    ("ingest.record_key", "record", "version", "sealed", "commitment"),
    ("anonymizer.sealed_evidence", "id", "key_version", "key_sealed", "key_commitment"),
)


def upgrade() -> None:
    op.create_table(
        "key_version",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        schema="core",
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (retired_at) ON core.key_version TO {KEYS}")
    op.execute(f"GRANT SELECT ON core.operation TO {KEYS}")
    op.execute(
        "GRANT SELECT (version, retired_at) ON core.key_version "
        "TO waystation_collection, waystation_casework, waystation_anonymizer, waystation_identity"
    )
    op.execute(f"GRANT USAGE ON SCHEMA casework, ingest, anonymizer TO {KEYS}")
    for table, record, version, sealed, commitment in KEY_TABLES:
        op.execute(f"GRANT SELECT ({record}, {version}, {sealed}, {commitment}) ON {table} TO {KEYS}")
        op.execute(f"GRANT UPDATE ({version}, {sealed}) ON {table} TO {KEYS}")
        # Of every operation: a ring's key is retired for all of them at once.
        op.execute(f"CREATE POLICY wrapped_keys ON {table} FOR SELECT TO {KEYS} USING (true)")
        op.execute(f"CREATE POLICY rewrapping ON {table} FOR UPDATE TO {KEYS} USING (true)")
        refuse_retired(table, version)


def refuse_retired(table: str, version: str) -> None:
    """The trigger of one key table. Who adds a key holds a shared lock that retiring waits for (`core.keys.key_versions`)."""
    function = f"core.refuse_retired_{table.replace('.', '_')}"
    op.execute(
        f"""
        CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock_shared(800800);
          IF EXISTS (SELECT FROM core.key_version k WHERE k.version = NEW.{version} AND k.retired_at IS NOT NULL) THEN
            RAISE EXCEPTION 'key version % is retired', NEW.{version} USING ERRCODE = 'WSKEY';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(f"CREATE TRIGGER refuse_retired BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
