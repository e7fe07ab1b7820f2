"""The second person rule, the chain over the audit log, and the registers.

PostgreSQL repeats what `core.second_person` says: a proposal starts as proposed, by whoever the transaction works for; its
steps go one way; who decides is the transaction's actor, is not the program itself, and is not who proposed.

Who, where and when of an audit line become defaults that no zone may state (column grants). The chain is written by the
audit zone alone, which can add and never change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0007"

PROPOSING_ZONES = "waystation_casework, waystation_keys, waystation_anonymizer, waystation_identity"
LOGGING_ZONES = (
    "waystation_collection, waystation_casework, waystation_anonymizer, waystation_release, waystation_audit, "
    "waystation_identity, waystation_keys"
)
CHANGING = ("state", "until", "decided_by", "decided_at", "done_by", "done_at")
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
STEPS = (
    "('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'expired'), "
    "('approved', 'carried_out'), ('approved', 'expired')"
)


def upgrade() -> None:
    _proposals()
    _lines()
    _chain()
    _registers()


def _proposals() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("custody", sa.String()),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", moment),
        sa.Column("done_by", sa.String()),
        sa.Column("done_at", moment),
        sa.CheckConstraint("decided_by IS DISTINCT FROM proposed_by OR state = 'rejected'", name="ck_proposal_second_person"),
        schema="core",
    )
    op.create_index("ix_proposal_operation_state", "proposal", ["operation", "state"], schema="core")
    op.execute("ALTER TABLE core.proposal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE core.proposal FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_operation ON core.proposal TO {PROPOSING_ZONES} "
        f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
    )
    op.execute(f"GRANT SELECT, INSERT ON core.proposal TO {PROPOSING_ZONES}")
    op.execute(f"GRANT UPDATE ({', '.join(CHANGING)}) ON core.proposal TO {PROPOSING_ZONES}")
    _steps_go_one_way()


def _lines() -> None:
    transaction = sa.Column(
        "transaction", sa.BigInteger(), nullable=False, server_default=sa.text("pg_current_xact_id()::text::bigint")
    )
    op.add_column("audit_entry", transaction, schema="core")
    for column, default in {
        "actor": "current_setting('waystation.actor')",
        "zone": "CURRENT_USER",
        "operation": "current_setting('waystation.operation')",
    }.items():
        op.execute(f"ALTER TABLE core.audit_entry ALTER COLUMN {column} SET DEFAULT {default}")
    op.execute(f"REVOKE INSERT ON core.audit_entry FROM {LOGGING_ZONES}")
    op.execute(f"GRANT INSERT (action, subject, purpose, count, detail) ON core.audit_entry TO {LOGGING_ZONES}")
    op.create_index("ix_audit_entry_transaction", "audit_entry", ["transaction"], schema="core")
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "number"], schema="core")
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "number"], schema="core")
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], schema="core", postgresql_using="brin")


def _chain() -> None:
    op.create_table(
        "audit_link",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("line", name="uq_audit_link_line"),
        schema="core",
    )
    op.create_table(
        "audit_head",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
        sa.Column("above", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        schema="core",
    )
    op.create_index("ix_audit_head_highest", "audit_head", ["highest"], schema="core")
    for table in ("audit_link", "audit_head"):
        _append_only(table)
        op.execute(f"GRANT SELECT, INSERT ON core.{table} TO waystation_audit")


def _registers() -> None:
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        schema="core",
    )
    op.execute("ALTER TABLE core.register_entry ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE core.register_entry FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_operation ON core.register_entry TO waystation_audit "
        f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
    )
    _append_only("register_entry")
    op.execute("GRANT SELECT, INSERT ON core.register_entry TO waystation_audit")
    op.execute("GRANT SELECT ON core.operation TO waystation_audit")  # a register is of an operation that is there


def _append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON core.{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change()"
    )


def _steps_go_one_way() -> None:
    op.execute(
        f"""
        CREATE FUNCTION core.keep_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            actor text := current_setting('waystation.actor', true);
            changing text[] := '{{{", ".join(CHANGING)}}}';
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'a proposal is never removed';
            ELSIF TG_OP = 'INSERT' THEN
                IF NEW.state <> 'proposed' OR NEW.proposed_by IS DISTINCT FROM actor OR NEW.decided_by IS NOT NULL
                        OR NEW.done_by IS NOT NULL THEN
                    RAISE EXCEPTION 'a proposal starts as proposed, by the one who proposes it';
                END IF;
                RETURN NEW;
            END IF;
            IF (OLD.state, NEW.state) NOT IN ({STEPS}) THEN
                RAISE EXCEPTION 'a proposal does not go from % to %', OLD.state, NEW.state;
            END IF;
            IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing THEN
                RAISE EXCEPTION 'what was proposed stays as it is';
            END IF;
            IF NEW.state <> 'expired' AND OLD.until <= now() THEN
                RAISE EXCEPTION 'the proposal has expired';
            END IF;
            IF NEW.state IN ('approved', 'rejected') THEN
                IF NEW.decided_by IS DISTINCT FROM actor THEN
                    RAISE EXCEPTION 'who decides is who the transaction works for';
                END IF;
            ELSIF NEW.decided_by IS DISTINCT FROM OLD.decided_by OR NEW.decided_at IS DISTINCT FROM OLD.decided_at THEN
                RAISE EXCEPTION 'a decision stays as it is';
            END IF;
            IF NEW.state = 'approved' AND (current_setting('waystation.reach', true) = '%' OR actor = OLD.proposed_by) THEN
                RAISE EXCEPTION 'approving needs a second person';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER proposal_keeps_second_person BEFORE INSERT OR UPDATE OR DELETE ON core.proposal "
        "FOR EACH ROW EXECUTE FUNCTION core.keep_second_person()"
    )
    op.execute(
        "CREATE TRIGGER proposal_is_not_emptied BEFORE TRUNCATE ON core.proposal "
        "FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change()"
    )
