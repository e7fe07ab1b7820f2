"""Roles of an operation's own: a role of the program with some of its rights. A grant bears those that it gives."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

IDENTITY = "waystation_identity"
OWN_OPERATION = "operation = (SELECT nullif(current_setting('waystation.operation', true), ''))"
ITSELF = "(SELECT current_setting('waystation.reach', true)) = '%'"
IN_REACH = f"{ITSELF} OR {OWN_OPERATION}"
OF_IDENTITY = [
    *("identity.account", "identity.role_grant", "identity.unit", "identity.password", "identity.totp", "identity.passkey"),
    *("identity.recovery_code", "identity.enrolment", "identity.service_token", "core.proposal", "identity.own_role"),
]
THEIRS = f"listed IN ({', '.join(repr(table) for table in OF_IDENTITY)})"


def upgrade() -> None:
    op.create_table(
        "own_role",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rights", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        schema="identity",
    )
    op.create_index("ix_own_role_operation", "own_role", ["operation"], schema="identity")
    op.execute("ALTER TABLE identity.own_role ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE identity.own_role FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON identity.own_role TO {IDENTITY} USING ({IN_REACH}) WITH CHECK ({IN_REACH})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (retired_at) ON identity.own_role TO {IDENTITY}")
    op.execute(f"ALTER POLICY {IDENTITY} ON core.sealed_list USING ({THEIRS}) WITH CHECK ({THEIRS})")
    op.add_column("role_grant", sa.Column("own_role", sa.Uuid(), sa.ForeignKey("identity.own_role.id")), schema="identity")
    op.add_column("role_grant", sa.Column("rights", sa.ARRAY(sa.String())), schema="identity")
