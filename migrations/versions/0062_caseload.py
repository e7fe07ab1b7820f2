"""Lists of cases: in whose hands a case lies and when something was last done on it stand beside it; lists that are kept.

A case lies where its person's record lies. The database keeps that itself: whatever is written into `custody`, what stands is
the person's. The walls of cases and entries compare it at once, where they had to look for the person's row of each before;
who is shown a case does not change by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

UNASSIGNED = "-/-/-/-"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
ACTOR = "(SELECT current_setting('waystation.actor', true))"
REACH = "(SELECT string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))::text[]"
OPENED = f"person IN (SELECT o.person FROM casework.opening o WHERE o.actor = {ACTOR} AND o.until > now())"
LYING = ("case", "case_entry")  # where the person's record lies
TO_DO = "kind IN ('task', 'visit', 'service') AND state IN ('open', 'planned', 'under_way')"
UNITS = ("organisation", "area", "team", "worker")  # each by itself, for PostgreSQL to know how many cases one has
CODES = "codes ~ '^[a-z0-9_=&-]*$' AND length(codes) <= 400"
READ = ("case", "case_entry", "person", "interview")


def upgrade() -> None:
    for table in LYING:
        op.add_column(table, sa.Column("custody", sa.String(), nullable=False, server_default=UNASSIGNED), schema="casework")
    for position, unit in enumerate(UNITS, 1):
        of_custody = sa.Computed(f"split_part(custody, '/', {position})", persisted=True)
        op.add_column("case", sa.Column(unit, sa.String(), of_custody, nullable=False), schema="casework")
    op.add_column(
        "case",
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema="casework",
    )
    _fill()
    _keep()
    _walls()
    for columns in (["operation", "active_at", "id"], ["operation", "team", "active_at"], ["operation", "worker", "active_at"]):
        op.create_index(f"ix_case_{'_'.join(columns)}", "case", columns, schema="casework")
    _kept_lists()
    op.create_index(
        "ix_case_entry_to_do", "case_entry", ["operation", "due", "id"], schema="casework", postgresql_where=sa.text(TO_DO)
    )


def _fill() -> None:
    """The walls hold for the owner of the tables too, who reaches no operation: for this step they are let down."""
    for table in READ:
        op.execute(f'ALTER TABLE casework."{table}" NO FORCE ROW LEVEL SECURITY')
    op.execute(
        'UPDATE casework."case" c SET custody = p.custody, active_at = greatest(c.opened_at, '
        '(SELECT max(i.admitted_at) FROM casework.interview i WHERE i."case" = c.id)) '
        "FROM casework.person p WHERE p.id = c.person"
    )
    op.execute("UPDATE casework.case_entry e SET custody = p.custody FROM casework.person p WHERE p.id = e.person")
    for table in READ:
        op.execute(f'ALTER TABLE casework."{table}" FORCE ROW LEVEL SECURITY')


def _keep() -> None:
    op.execute(
        "CREATE FUNCTION casework.lie_with_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "NEW.custody := (SELECT p.custody FROM casework.person p WHERE p.id = NEW.person); RETURN NEW; END $$"
    )
    for table in LYING:
        op.execute(
            f'CREATE TRIGGER lie_with_person BEFORE INSERT OR UPDATE OF custody, person ON casework."{table}" '
            "FOR EACH ROW EXECUTE FUNCTION casework.lie_with_person()"
        )
    op.execute("GRANT UPDATE (custody) ON casework.case_entry TO waystation_casework")
    op.execute(
        "CREATE FUNCTION casework.take_cases_along() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        'UPDATE casework."case" SET custody = NEW.custody WHERE person = NEW.id; '
        "UPDATE casework.case_entry SET custody = NEW.custody WHERE person = NEW.id; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER take_cases_along AFTER UPDATE OF custody ON casework.person "
        "FOR EACH ROW WHEN (OLD.custody <> NEW.custody) EXECUTE FUNCTION casework.take_cases_along()"
    )


def _kept_lists() -> None:
    op.create_table(
        "kept_list",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(CODES, name="codes"),
        schema="casework",
    )
    op.create_index("ix_kept_list_operation_actor", "kept_list", ["operation", "actor"], schema="casework")
    op.execute("ALTER TABLE casework.kept_list ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE casework.kept_list FORCE ROW LEVEL SECURITY")
    theirs = f"{OWN_OPERATION} AND actor = {ACTOR}"
    op.execute(f"CREATE POLICY own ON casework.kept_list TO waystation_casework USING ({theirs}) WITH CHECK ({theirs})")
    op.execute("GRANT SELECT, INSERT, DELETE ON casework.kept_list TO waystation_casework")


def _walls() -> None:
    shown = f"{OWN_OPERATION} AND (custody LIKE ANY ({REACH}) OR {OPENED})"
    op.execute(f'ALTER POLICY need_to_know ON casework."case" USING ({shown}) WITH CHECK ({OWN_OPERATION})')
    op.execute(f"ALTER POLICY need_to_know ON casework.case_entry USING ({shown}) WITH CHECK ({shown})")
