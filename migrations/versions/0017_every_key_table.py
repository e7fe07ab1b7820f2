"""The keys zone re-wraps every wrapped key: of accounts, of registers, and of blocks of facts too (see 0008).

Without this, retiring a version of the key ring would lose what those keys open.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

KEYS = "waystation_keys"
# Table, what names a key in it, and the three columns of a wrapped key.
KEY_TABLES = (
    ("anonymizer.block_key", "block", "key_version", "sealed", "commitment"),
    ("identity.account", "id", "key_version", "sealed_key", "commitment"),
    ("core.register_entry", "id, version", "key_version", "sealed_key", "commitment"),
)
WHAT_A_REGISTER_SAYS = "id, version, operation, register, due, recorded_by, recorded_at, content, commitment"


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA identity TO {KEYS}")
    op.execute("GRANT SELECT (version, retired_at) ON core.key_version TO waystation_audit")
    for table, record, version, sealed, commitment in KEY_TABLES:
        op.execute(f"GRANT SELECT ({record}, {version}, {sealed}, {commitment}) ON {table} TO {KEYS}")
        op.execute(f"GRANT UPDATE ({version}, {sealed}) ON {table} TO {KEYS}")
        op.execute(f"CREATE POLICY wrapped_keys ON {table} FOR SELECT TO {KEYS} USING (true)")
        op.execute(f"CREATE POLICY rewrapping ON {table} FOR UPDATE TO {KEYS} USING (true)")
        refuse_retired(table, version)
    # A register stays append-only in all that it says; only the wrapping of its keys is renewed.
    op.execute("DROP TRIGGER register_entry_is_append_only ON core.register_entry")
    op.execute(
        f"CREATE TRIGGER register_entry_is_append_only BEFORE UPDATE OF {WHAT_A_REGISTER_SAYS} OR DELETE OR TRUNCATE "
        "ON core.register_entry FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change()"
    )


def refuse_retired(table: str, version: str) -> None:
    """The trigger of one key table, as in 0008."""
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
