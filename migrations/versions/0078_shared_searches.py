"""A piece says of which search it is: a worker that helps another may find that it began anew meanwhile.

What was kept of searches under way is forgotten; they begin anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    op.execute("DELETE FROM anonymizer.search_piece")
    op.add_column("search_piece", sa.Column("search", sa.Uuid(), nullable=False), schema="anonymizer")
    op.drop_constraint("pk_search_piece", "search_piece", schema="anonymizer")
    op.create_primary_key("pk_search_piece", "search_piece", ["asked", "search", "number"], schema="anonymizer")
