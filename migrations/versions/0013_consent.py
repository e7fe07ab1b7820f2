"""Consent, restriction, former versions and requests: what a person agreed to, and what they asked for since.

Consents are added and never changed. The database itself derives from each what it forbids (a withdrawal at once, an expiry
from its moment on), ends what was shared under it, and keeps what is restricted for statistics out of the anonymizer's sight.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

OURS = "-"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
ITS_PERSON = "EXISTS (SELECT FROM casework.person p WHERE p.id = person)"
GRANTS = {
    "consent": "SELECT, INSERT",
    "restriction": "SELECT, INSERT, UPDATE (until, ended_by)",
    "former_version": "SELECT, INSERT",
    "rights_request": "SELECT, INSERT, UPDATE (answered_at, answered_by, outcome)",
}


def upgrade() -> None:
    _consent()
    _restriction()
    _former_version()
    _rights_request()
    for table, rights in GRANTS.items():
        shown = f"person IS NULL OR {ITS_PERSON}" if table == "restriction" else ITS_PERSON
        op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY need_to_know ON casework.{table} TO waystation_casework "
            f"USING ({OWN_OPERATION} AND ({WHOLE_OPERATION} OR {shown})) "
            f"WITH CHECK ({OWN_OPERATION} AND ({WHOLE_OPERATION} OR {shown}))"
        )
        op.execute(f"GRANT {rights} ON casework.{table} TO waystation_casework")
    _openings_end()
    _consent_restricts()
    _statistics_wall()


def _consent() -> None:
    op.create_table(
        "consent",
        *_of_person(),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False, server_default=OURS),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_to", sa.String(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person", "purpose", "recipient", "version"),
        sa.CheckConstraint("state IN ('given', 'refused', 'withdrawn', 'not_asked')", name="state"),
        sa.CheckConstraint("given_by IN ('self', 'guardian', 'household', 'nobody')", name="given_by"),
        schema="casework",
    )


def _restriction() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), index=True),
        sa.Column("movement_event", sa.Uuid(), sa.ForeignKey("casework.movement_event.id", ondelete="CASCADE"), index=True),
        sa.Column("consent", sa.Uuid(), sa.ForeignKey("casework.consent.id", ondelete="CASCADE"), index=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False, server_default=OURS),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String()),
        sa.CheckConstraint("(person IS NULL) <> (movement_event IS NULL)", name="one_record"),
        schema="casework",
    )


def _former_version() -> None:
    op.create_table(
        "former_version",
        *_of_person(),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        *[sa.Column(part, sa.LargeBinary(), nullable=False) for part in ("identity", "contact", "narrative", "facts")],
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("record", "row_version"),
        schema="casework",
    )


def _rights_request() -> None:
    op.create_table(
        "rights_request",
        *_of_person(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by", sa.String()),
        sa.Column("outcome", sa.String()),
        schema="casework",
    )


def _of_person() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("operation", sa.String(), nullable=False),
    ]


def _openings_end() -> None:
    """What is shared ends with the consent or with the restriction of the record, also where its custody has changed."""
    op.add_column("opening", sa.Column("recipient", sa.String(), nullable=False, server_default=OURS), schema="casework")
    op.execute("GRANT UPDATE (custody) ON casework.opening TO waystation_casework")
    op.execute(
        """
        CREATE FUNCTION casework.keep_openings_with_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE casework.opening SET custody = NEW.custody WHERE person = NEW.id; RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER openings_stay_with_person AFTER UPDATE OF custody ON casework.person "
        "FOR EACH ROW EXECUTE FUNCTION casework.keep_openings_with_person()"
    )
    op.execute(
        f"""
        CREATE FUNCTION casework.end_sharing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE casework.opening SET until = least(until, greatest(NEW.since, now()))
            WHERE person = NEW.person AND kind = 'shared' AND until > now()
                AND (NEW.recipient IN (recipient, actor) OR NEW.purpose = '*'
                     OR (NEW.recipient = '{OURS}' AND recipient <> '{OURS}'));
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER restriction_ends_sharing AFTER INSERT ON casework.restriction "
        "FOR EACH ROW WHEN (NEW.purpose IN ('*', 'referral')) EXECUTE FUNCTION casework.end_sharing()"
    )


def _consent_restricts() -> None:
    """Each consent replaces what the one before it forbade. The consent to assistance carries all others."""
    op.execute(
        """
        CREATE FUNCTION casework.restrict_by_consent() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE forbids text := CASE NEW.purpose WHEN 'assistance' THEN '*' ELSE NEW.purpose END;
        BEGIN
            UPDATE casework.restriction SET until = now(), ended_by = NEW.recorded_by
            WHERE person = NEW.person AND purpose = forbids AND recipient = NEW.recipient
                AND consent IS NOT NULL AND coalesce(until, 'infinity') > now();
            IF NEW.state <> 'given' OR NEW.valid_until IS NOT NULL THEN
                INSERT INTO casework.restriction
                    (id, person, consent, operation, purpose, recipient, since, reason, set_by)
                VALUES (gen_random_uuid(), NEW.person, NEW.id, NEW.operation, forbids, NEW.recipient,
                    CASE NEW.state WHEN 'given' THEN NEW.valid_until ELSE now() END,
                    CASE NEW.state WHEN 'given' THEN 'expired' ELSE NEW.state END, NEW.recorded_by);
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER consent_restricts AFTER INSERT ON casework.consent "
        "FOR EACH ROW EXECUTE FUNCTION casework.restrict_by_consent()"
    )


def _statistics_wall() -> None:
    """The anonymizer sees which records it must leave out, and of these records nothing else."""
    op.execute(
        "CREATE VIEW casework.not_for_statistics WITH (security_invoker = true) AS "
        "SELECT coalesce(person, movement_event) AS record FROM casework.restriction "
        "WHERE purpose IN ('*', 'statistics') AND since <= now() AND coalesce(until, 'infinity') > now()"
    )
    op.execute("GRANT SELECT ON casework.not_for_statistics TO waystation_anonymizer, waystation_casework")
    op.execute(
        "GRANT SELECT (person, movement_event, operation, purpose, since, until) ON casework.restriction "
        "TO waystation_anonymizer"
    )
    op.execute(
        "CREATE POLICY records_to_leave_out ON casework.restriction FOR SELECT TO waystation_anonymizer "
        f"USING ({OWN_OPERATION})"
    )
    op.execute("DROP POLICY events_to_count ON casework.movement_event")
    op.execute(
        "CREATE POLICY events_to_count ON casework.movement_event FOR SELECT TO waystation_anonymizer "
        f"USING ({OWN_OPERATION} AND id NOT IN (SELECT record FROM casework.not_for_statistics))"
    )
