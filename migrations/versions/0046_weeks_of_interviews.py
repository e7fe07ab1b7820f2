"""The week of an interview in clear, as that of an arrival, so that a week of casework can be counted by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    # Which week an interview is of lies sealed: the program files those that stand as soon as it counts.
    op.add_column("interview", sa.Column("week", sa.String()), schema="casework")
    op.create_index("ix_interview_operation_week", "interview", ["operation", "week"], schema="casework")
