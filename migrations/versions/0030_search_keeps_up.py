"""The search keeps up: it knows when the next restriction of a whole record begins or ends, and hears of new operations."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for moment in ("since", "until"):
        op.create_index(
            f"ix_restriction_whole_{moment}",
            "restriction",
            ["operation", moment],
            postgresql_where=sa.text("purpose = '*'"),
            schema="casework",
        )
    op.execute(
        "CREATE FUNCTION core.tell_of_operation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_notify('waystation_operation', NEW.code); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER tell_of_operation AFTER INSERT ON core.operation FOR EACH ROW EXECUTE FUNCTION core.tell_of_operation()"
    )
