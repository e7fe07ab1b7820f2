"""An export may be left for its recipient to fetch: kept sealed for them alone, and destroyed once it may not lie any more.

What stops it is decided here, as the end of a sharing is: whoever withdraws, restricts, holds, merges or erases need not know
that something lies. The line in the log is written with it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0072"
down_revision = "0071"

CASEWORK = "waystation_casework"
LISTS = [
    *("ingest.collector", "ingest.source", "forms.form_key", "casework.export_recipient", "casework.export_plan"),
    *("casework.bulk_window", "core.proposal", "core.policy", "casework.left_export"),
]
THEIRS = f"listed IN ({', '.join(repr(table) for table in LISTS)})"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
MOMENT = sa.DateTime(timezone=True)
ENDS = "'received', 'over', 'taken_back', 'consent', 'restricted', 'held', 'erased', 'recipient_withdrawn', 'restored'"
RIGHTS = {
    "left_export": "SELECT, INSERT, UPDATE (until, fetches, fetched_at, ended_at, ended_by, ended_why)",
    "left_export_chunk": "SELECT, INSERT, DELETE",
}
OF_RECIPIENT = (
    "casework.end_left(l.export, 'recipient_withdrawn') FROM casework.left_export l "
    "JOIN casework.export_plan p ON p.id = l.export WHERE p.recipient = NEW.id AND l.ended_at IS NULL"
)
EVENTS = {
    "restriction": ("AFTER INSERT", "NEW.person IS NOT NULL", "casework.stop_left_of(NEW.person)"),
    "merge": ("AFTER INSERT", "true", "casework.stop_left_of(NEW.survivor)"),
    "hold": ("AFTER INSERT", "true", "casework.end_left_of(NEW.person, 'held')"),
    "person": ("AFTER DELETE", "true", "casework.end_left_of(OLD.id, 'erased')"),
    "export_recipient": ("AFTER UPDATE OF withdrawn_at", "NEW.withdrawn_at IS NOT NULL", OF_RECIPIENT),
}


def upgrade() -> None:
    op.add_column("export_recipient", sa.Column("provider", sa.String()), schema="casework")
    op.create_check_constraint(
        "ck_export_recipient_provider_is_its_code", "export_recipient", "provider = code", schema="casework"
    )
    _tables()
    op.execute(f"ALTER POLICY {CASEWORK} ON core.sealed_list USING ({THEIRS}) WITH CHECK ({THEIRS})")
    _end()
    _stop()
    for table, (event, when, deed) in EVENTS.items():
        op.execute(
            f"CREATE FUNCTION casework.{table}_ends_left() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN PERFORM {deed}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_ends_left {event} ON casework.{table} "
            f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION casework.{table}_ends_left()"
        )


def _tables() -> None:
    plan = "casework.export_plan.id"
    op.create_table(
        "left_export",
        sa.Column("export", sa.Uuid(), sa.ForeignKey(plan), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("persons", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("of_referral", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("left_by", sa.String(), nullable=False),
        sa.Column("left_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("fetched_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String()),
        sa.Column("ended_why", sa.String()),
        sa.CheckConstraint(
            f"ended_why IN ({ENDS})",
            name="ended_why",
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
        schema="casework",
    )
    op.create_index(
        "ix_left_export_lies", "left_export", ["operation"], schema="casework", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "left_export_chunk",
        sa.Column("export", sa.Uuid(), sa.ForeignKey(plan), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="casework",
    )
    op.execute("ALTER TABLE casework.left_export_chunk ALTER COLUMN content SET STORAGE EXTERNAL")  # ciphertext
    for table, rights in RIGHTS.items():
        op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_operation ON casework.{table} TO {CASEWORK} "
            f"USING ({OWN_OPERATION}) WITH CHECK ({OWN_OPERATION})"
        )
        op.execute(f"GRANT {rights} ON casework.{table} TO {CASEWORK}")


def _end() -> None:
    """The one place that destroys. The transaction's id is given out before the line's number, as the chain over the log needs
    it."""
    op.execute(
        """
        CREATE FUNCTION casework.end_left(ends uuid, why text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE casework.left_export
            SET ended_at = now(), ended_by = current_setting('waystation.actor'), ended_why = why
            WHERE export = ends AND ended_at IS NULL;
            IF NOT FOUND THEN RETURN; END IF;
            DELETE FROM casework.left_export_chunk WHERE export = ends;
            PERFORM pg_current_xact_id();
            INSERT INTO core.audit_entry (action, subject, purpose, count, detail)
            SELECT 'erased', 'casework.left_export:' || ends, p.purpose, 1, jsonb_build_object('export', ends, 'ground', why)
            FROM casework.export_plan p WHERE p.id = ends;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION casework.end_left_of(asked uuid, why text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM casework.left_export WHERE ended_at IS NULL) THEN RETURN; END IF;
            PERFORM casework.end_left(l.export, why) FROM casework.left_export l
            WHERE l.ended_at IS NULL AND l.persons && (SELECT array_agg(id) FROM casework.linked_records(asked) AS linked(id));
        END $$
        """
    )


def _stop() -> None:
    """A restriction for which `casework.exporting.may_leave` leaves a record out ends what lies, at the moment it begins."""
    op.execute(
        """
        CREATE FUNCTION casework.stop_left_of(asked uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE stop record; linked uuid[];
        BEGIN
            IF NOT EXISTS (SELECT FROM casework.left_export WHERE ended_at IS NULL) THEN RETURN; END IF;
            linked := ARRAY(SELECT casework.linked_records(asked));
            FOR stop IN
                SELECT DISTINCT ON (l.export) l.export, greatest(r.since, now()) AS at,
                    CASE WHEN r.consent IS NULL THEN 'restricted' ELSE 'consent' END AS why
                FROM casework.left_export l
                JOIN casework.export_plan p ON p.id = l.export
                JOIN casework.export_recipient t ON t.id = p.recipient
                JOIN casework.restriction r ON r.person = ANY (linked)
                WHERE l.ended_at IS NULL AND l.persons && linked
                    AND coalesce(r.until, 'infinity') > now() AND r.recipient IN (t.code, '-')
                    AND r.purpose IN ('*', 'referral', p.purpose) AND (r.reason <> 'not_asked' OR r.person = ANY (l.persons))
                    AND NOT (p.purpose IN ('legal', 'rights') AND p.basis <> 'consent')
                ORDER BY l.export, greatest(r.since, now())
            LOOP
                IF stop.at <= now() THEN
                    PERFORM casework.end_left(stop.export, stop.why);
                ELSE
                    UPDATE casework.left_export SET until = least(until, stop.at) WHERE export = stop.export;
                END IF;
            END LOOP;
        END $$
        """
    )
