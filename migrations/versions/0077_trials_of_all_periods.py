"""A trial is of any population and of any period, and says how far its search is: a month's takes minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"

ANONYMIZER = "waystation_anonymizer"


def upgrade() -> None:
    op.add_column(
        "trial", sa.Column("population", sa.String(), nullable=False, server_default="movements"), schema="anonymizer"
    )
    op.add_column("trial", sa.Column("hundredths", sa.Integer(), nullable=False, server_default="0"), schema="anonymizer")
    op.drop_constraint("uq_trial_operation_period", "trial", schema="anonymizer")
    op.create_unique_constraint(
        "uq_trial_operation_population_period", "trial", ["operation", "population", "period"], schema="anonymizer"
    )
    op.execute(f"GRANT UPDATE (hundredths) ON anonymizer.trial TO {ANONYMIZER}")
