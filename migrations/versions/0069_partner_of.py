"""A partner's role names the provider whose account it is, by the programme's code."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.add_column("role_grant", sa.Column("provider", sa.String()), schema="identity")
    of_partner = "provider IS NULL OR role = 'partner'"
    op.create_check_constraint("ck_role_grant_provider_of_a_partner", "role_grant", of_partner, schema="identity")
