"""A proposal says where all its records lie, not only the one: who approves an export must cover each of them."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE core.proposal ALTER custody TYPE varchar[] USING array_remove(ARRAY[custody], NULL), "
        "ALTER custody SET NOT NULL"
    )
    op.execute("ALTER TABLE core.proposal RENAME custody TO custodies")
