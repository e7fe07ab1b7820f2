"""Key pairs with whose public key phones encrypt, and submissions that wait to be opened.

The collection zone makes a key pair and can read none back; casework opens them, and says of a submission that it opened
which one it replaces. The keys zone re-wraps, as in 0008 and 0017; retired versions are refused as in 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

TABLE = "forms.form_key"
COLLECTION, CASEWORK, KEYS = "waystation_collection", "waystation_casework", "waystation_keys"


def upgrade() -> None:
    _form_keys()
    op.execute(
        "ALTER TABLE ingest.submission DROP CONSTRAINT ck_submission_state, ADD CONSTRAINT ck_submission_state "
        "CHECK (state IN ('encrypted', 'awaiting', 'handled', 'set_aside'))"
    )
    op.create_index(
        "ix_submission_encrypted",
        "submission",
        ["operation", "received_at"],
        schema="ingest",
        postgresql_where=sa.text("state = 'encrypted'"),
    )
    op.execute(f"GRANT UPDATE (replaces, root_id) ON ingest.submission TO {CASEWORK}")


def _form_keys() -> None:
    op.create_table(
        "form_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        schema="forms",
    )
    same_operation = "operation = (SELECT current_setting('waystation.operation', true))"
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON {TABLE} USING ({same_operation}) WITH CHECK ({same_operation})")
    op.execute(f"GRANT INSERT ON {TABLE} TO {COLLECTION}")
    op.execute(f"GRANT SELECT ON {TABLE} TO {CASEWORK}")
    op.execute(f"GRANT USAGE ON SCHEMA forms TO {KEYS}")
    op.execute(f"GRANT SELECT (id, key_version, sealed, commitment), UPDATE (key_version, sealed) ON {TABLE} TO {KEYS}")
    op.execute(f"CREATE POLICY wrapped_keys ON {TABLE} FOR SELECT TO {KEYS} USING (true)")
    op.execute(f"CREATE POLICY rewrapping ON {TABLE} FOR UPDATE TO {KEYS} USING (true)")
    _refuse_retired()


def _refuse_retired() -> None:
    op.execute(
        """
        CREATE FUNCTION core.refuse_retired_forms_form_key() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE retired integer;
        BEGIN
          PERFORM pg_advisory_xact_lock_shared(800800);
          SELECT k.version INTO retired FROM core.key_version k
            WHERE k.retired_at IS NOT NULL AND EXISTS (SELECT FROM added WHERE added.key_version = k.version) LIMIT 1;
          IF FOUND THEN
            RAISE EXCEPTION 'key version % is retired', retired USING ERRCODE = 'WSKEY';
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER refuse_retired AFTER INSERT ON {TABLE} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_retired_forms_form_key()"
    )
