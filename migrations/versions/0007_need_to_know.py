"""Need to know: a record lies in somebody's custody, and row-level security shows it to those whose reach covers it.

`waystation.reach` holds LIKE patterns of custodies, separated by spaces (`core.access`); unset or empty, nothing is shown.
Beside reach stand openings: one record opened to one account, by sharing or by breaking the glass, until a moment.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0007"
down_revision = "0006"

NEW_ZONES = ("identity", "keys")
UNASSIGNED = "-/-/-/-"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
ACTOR = "(SELECT current_setting('waystation.actor', true))"
REACH = "(SELECT string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))::text[]"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
OPENED = f"id IN (SELECT o.person FROM casework.opening o WHERE o.actor = {ACTOR} AND o.until > now())"

PERSON_IS_SHOWN = "EXISTS (SELECT FROM casework.person p WHERE p.id = person)"
# Whose record a row belongs to; the person's own policy then decides.
BELONGS_TO = {
    "case": PERSON_IS_SHOWN,
    "household_member": PERSON_IS_SHOWN,
    "interview": 'EXISTS (SELECT FROM casework."case" c WHERE c.id = interview."case")',
    "record_key": "kind <> 'person' OR EXISTS (SELECT FROM casework.person p WHERE p.id = record)",
    "token": "EXISTS (SELECT FROM casework.person p WHERE p.id = record) "
    'OR EXISTS (SELECT FROM casework."case" c WHERE c.id = record)',
}

# An opening cannot ask for its person, whose own policy asks for the opening: so it carries the custody.
SHOWN = {"opening": f"actor = {ACTOR} OR custody LIKE ANY ({REACH})", "kept_from": PERSON_IS_SHOWN}
SET = {"opening": f"custody LIKE ANY ({REACH})", "kept_from": PERSON_IS_SHOWN}


def upgrade() -> None:
    _zones()
    _custody()
    _openings()
    _person_wall()
    for table, visible in BELONGS_TO.items():
        _wall(table, f"{WHOLE_OPERATION} OR {visible}")


def _zones() -> None:
    program = context.config.attributes["program"]
    for zone in NEW_ZONES:
        role = f"waystation_{zone}"
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
        op.execute(f'GRANT {role} TO "{program}"')
        op.execute(f"GRANT USAGE ON SCHEMA core TO {role}")
        op.execute(f"GRANT INSERT ON core.audit_entry TO {role}")
    # Who reads the log is logged too.
    op.execute("GRANT INSERT ON core.audit_entry TO waystation_audit")


def _custody() -> None:
    for schema, table in (("casework", "person"), ("ingest", "collector"), ("ingest", "submission")):
        column = sa.Column("custody", sa.String(), nullable=False, server_default=UNASSIGNED)
        op.add_column(table, column, schema=schema)
    op.create_index("ix_person_operation_custody", "person", ["operation", "custody"], schema="casework")
    op.execute("GRANT SELECT (custody) ON ingest.submission TO waystation_collection")


def _openings() -> None:
    for name, columns in {
        "opening": [
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False),
            sa.Column("operation", sa.String(), nullable=False),
            sa.Column("custody", sa.String(), nullable=False),
            sa.Column("actor", sa.String(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("parts", sa.ARRAY(sa.String()), nullable=False),
            sa.Column("reason", sa.LargeBinary(), nullable=False),
            sa.Column("opened_by", sa.String(), nullable=False),
            sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("until", sa.DateTime(timezone=True), nullable=False),
            sa.Column("reviewed_by", sa.String()),
            sa.Column("reviewed_at", sa.DateTime(timezone=True)),
            sa.Column("justified", sa.Boolean()),
            sa.CheckConstraint("kind IN ('shared', 'broken_glass')", name="ck_opening_kind"),
            sa.CheckConstraint("reviewed_by <> actor", name="ck_opening_second_person"),
        ],
        "kept_from": [
            sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("part", sa.String(), primary_key=True),
            sa.Column("actor", sa.String(), primary_key=True),
            sa.Column("operation", sa.String(), nullable=False),
            sa.Column("set_by", sa.String(), nullable=False),
            sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        ],
    }.items():
        op.create_table(name, *columns, schema="casework")
        op.execute(f"ALTER TABLE casework.{name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE casework.{name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY need_to_know ON casework.{name} TO waystation_casework "
            f"USING ({OWN_OPERATION} AND ({SHOWN[name]})) WITH CHECK ({OWN_OPERATION} AND ({SET[name]}))"
        )
    op.create_index("ix_opening_actor", "opening", ["actor", "person"], schema="casework")
    op.create_index("ix_opening_person", "opening", ["person"], schema="casework")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (until, reviewed_by, reviewed_at, justified) ON casework.opening TO waystation_casework"
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON casework.kept_from TO waystation_casework")


def _person_wall() -> None:
    visible = f"custody LIKE ANY ({REACH}) OR {OPENED}"
    op.execute("DROP POLICY own_operation ON casework.person")
    op.execute(
        "CREATE POLICY need_to_know ON casework.person TO waystation_casework "
        f"USING ({OWN_OPERATION} AND ({visible})) WITH CHECK ({OWN_OPERATION})"
    )


def _wall(table: str, visible: str) -> None:
    op.execute(f'DROP POLICY own_operation ON casework."{table}"')
    op.execute(
        f'CREATE POLICY need_to_know ON casework."{table}" TO waystation_casework '
        f"USING ({OWN_OPERATION} AND ({visible})) WITH CHECK ({OWN_OPERATION})"
    )
