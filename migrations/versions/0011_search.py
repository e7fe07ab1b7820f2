"""Searching by name: how often an account may search freely, and word of every changed person for the search worker.

The token of full name and year of birth needs no table of its own: it is a kind of `casework.token`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
OWN_ACCOUNT = "actor = (SELECT current_setting('waystation.actor', true))"


def upgrade() -> None:
    op.create_table(
        "search_allowance",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("actor", sa.String(), primary_key=True),
        sa.Column("searches", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.execute("ALTER TABLE casework.search_allowance ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE casework.search_allowance FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_account ON casework.search_allowance TO waystation_casework "
        f"USING ({OWN_OPERATION} AND {OWN_ACCOUNT}) WITH CHECK ({OWN_OPERATION} AND {OWN_ACCOUNT})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON casework.search_allowance TO waystation_casework")
    _word_of_changes()


def _word_of_changes() -> None:
    """Notices hold ids only; they are sent when the transaction commits, in the order of commits.

    A destroyed key is told of too: it erases a person whose row may stay as a tombstone.
    """
    _tell("person", row="id", events="INSERT OR UPDATE OR DELETE", only="")
    _tell("record_key", row="record", events="DELETE", only="WHEN (OLD.kind = 'person')")


def _tell(table: str, *, row: str, events: str, only: str) -> None:
    op.execute(
        f"CREATE FUNCTION casework.tell_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_notify('waystation_person', "
        f"concat_ws(' ', coalesce(NEW.operation, OLD.operation), coalesce(NEW.{row}, OLD.{row}))); RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER tell_of_{table} AFTER {events} ON casework.{table} "
        f"FOR EACH ROW {only} EXECUTE FUNCTION casework.tell_of_{table}()"
    )
