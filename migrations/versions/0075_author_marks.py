"""What waits for somebody else bears marks of its authors, so that it is not counted among what waits for them (decision 118).

What waits already bears none until its next step: its authors are sealed, and a migration cannot read them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    op.add_column("case_entry", sa.Column("author_marks", sa.LargeBinary()), schema="casework")
    op.execute("GRANT UPDATE (author_marks) ON casework.case_entry TO waystation_casework")
