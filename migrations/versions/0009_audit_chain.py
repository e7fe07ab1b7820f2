"""The second person rule, the chain over the audit log, and the registers.

PostgreSQL repeats what `core.second_person` says: a proposal starts as proposed, by whoever the transaction works for; its
steps go one way; who decides is the transaction's actor, is not the program itself, and is not who proposed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0007"

PROPOSING_ZONES = "waystation_casework, waystation_keys, waystation_anonymizer, waystation_identity"
CHANGING = ("state", "until", "decided_by", "decided_at", "done_by", "done_at")
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
STEPS = (
    "('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'expired'), "
    "('approved', 'carried_out'), ('approved', 'expired')"
)


def upgrade() -> None:
    _proposals()


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
