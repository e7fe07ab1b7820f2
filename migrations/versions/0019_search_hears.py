"""The search worker hears of a restriction set, ended or lifted too: a record not to be used has no name in its memory."""

from alembic import op

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION casework.tell_restriction() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.person IS NOT NULL THEN "
        "PERFORM pg_notify('waystation_person', NEW.operation || ' ' || NEW.person::text); END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER restriction_told AFTER INSERT OR UPDATE ON casework.restriction "
        "FOR EACH ROW EXECUTE FUNCTION casework.tell_restriction()"
    )
