"""Accounts and sign-in: schema `identity`, which the identity zone alone can use.

Credentials and sessions are shown to the account they belong to and to the program itself (reach `%`), which signs people
in; never to an administrator. Accounts and grants are shown within the operation they belong to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"

ZONE = "waystation_identity"
ITSELF = "(SELECT current_setting('waystation.reach', true)) = '%'"
ACTOR = "(SELECT current_setting('waystation.actor', true))"
OPERATION = "(SELECT nullif(current_setting('waystation.operation', true), ''))"

OWN = f"{ITSELF} OR account::text = {ACTOR}"
WITHIN = f"{OWN} OR operation = {OPERATION}"
PROGRAM_ALONE = ITSELF
OF_COLLEAGUES = (
    f"{ITSELF} OR id::text = {ACTOR} OR operation = {OPERATION} "
    "OR id IN (SELECT g.account FROM identity.role_grant g)"  # of which the grants' own wall shows this operation's
)
WALLS = {
    "account": OF_COLLEAGUES,
    "role_grant": WITHIN,
    "enrolment": WITHIN,
    "service_token": f"{OWN} OR role_grant IN (SELECT g.id FROM identity.role_grant g WHERE g.operation = {OPERATION})",
    "password": OWN,
    "totp": OWN,
    "passkey": OWN,
    "recovery_code": OWN,
    "session": OWN,
    "attempt": PROGRAM_ALONE,
    "spent_challenge": PROGRAM_ALONE,
}
GRANTS = {
    "unit": "SELECT, INSERT",
    "account": "SELECT, INSERT, UPDATE (active, language, key_version, sealed_key)",
    "role_grant": "SELECT, INSERT, UPDATE (taken_back_at)",
    "enrolment": "SELECT, INSERT, UPDATE (used_at, expires_at)",
    "service_token": "SELECT, INSERT, UPDATE (used_at, revoked_at)",
    "password": "SELECT, INSERT, UPDATE, DELETE",
    "totp": "SELECT, INSERT, UPDATE, DELETE",
    "passkey": "SELECT, INSERT, UPDATE (sign_count, used_at), DELETE",
    "recovery_code": "SELECT, INSERT, UPDATE (used_at), DELETE",
    "session": "SELECT, INSERT, UPDATE (token_hash, stage, operation, seen_at, expires_at, ended_at)",
    "attempt": "SELECT, INSERT, UPDATE, DELETE",
    "spent_challenge": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA identity")
    op.execute(f"GRANT USAGE ON SCHEMA identity TO {ZONE}")
    op.execute(f"GRANT SELECT ON core.operation TO {ZONE}")
    _who_works_here()
    _how_they_prove_it()
    _what_remembers_it()
    for table, allowed in GRANTS.items():
        op.execute(f"GRANT {allowed} ON identity.{table} TO {ZONE}")
    for table, visible in WALLS.items():
        op.execute(f"ALTER TABLE identity.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE identity.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON identity.{table} TO {ZONE} USING ({visible}) WITH CHECK ({visible})")


def _who_works_here() -> None:
    op.create_table(
        "unit",
        _id(),
        _text("kind"),
        _text("name"),
        _uuid("parent", "identity.unit.id", nullable=True),
        sa.CheckConstraint("kind IN ('organisation', 'area', 'team')", name="ck_unit_kind"),
        schema="identity",
    )
    op.create_table(
        "account",
        _id(),
        sa.Column("sign_in_name", sa.String(), nullable=False, unique=True),
        _text("kind"),
        sa.Column("active", sa.Boolean(), nullable=False),
        _text("language"),
        _text("operation"),
        _text("added_by"),
        _moment("added_at"),
        _bytes("display_name"),
        sa.Column("key_version", sa.Integer(), nullable=False),
        _bytes("sealed_key"),
        _bytes("commitment"),
        sa.CheckConstraint("kind IN ('person', 'service')", name="ck_account_kind"),
        schema="identity",
    )
    op.create_table(
        "role_grant",
        _id(),
        _account(),
        _text("role"),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        _uuid("organisation", "identity.unit.id", nullable=True),
        _uuid("area", "identity.unit.id", nullable=True),
        _uuid("team", "identity.unit.id", nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        _moment("valid_until", nullable=True),
        _text("given_by"),
        _moment("given_at"),
        _moment("taken_back_at", nullable=True),
        sa.CheckConstraint("given_by <> account::text", name="ck_role_grant_not_to_oneself"),
        schema="identity",
    )
    op.create_index("ix_role_grant_account", "role_grant", ["account"], schema="identity")
    op.create_index("ix_role_grant_operation_account", "role_grant", ["operation", "account"], schema="identity")


def _how_they_prove_it() -> None:
    op.create_table("password", _account(key=True), _text("hash"), _moment("set_at"), schema="identity")
    op.create_table(
        "totp",
        _account(key=True),
        _bytes("secret"),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _moment("added_at"),
        schema="identity",
    )
    op.create_table(
        "passkey",
        _id(),
        _account(),
        _bytes("credential", unique=True),
        _bytes("public_key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _text("device"),
        _moment("added_at"),
        _moment("used_at", nullable=True),
        schema="identity",
    )
    op.create_index("ix_passkey_account", "passkey", ["account"], schema="identity")
    op.create_table(
        "recovery_code",
        _account(key=True),
        sa.Column("hash", sa.LargeBinary(), primary_key=True),
        _moment("used_at", nullable=True),
        schema="identity",
    )
    op.create_table(
        "enrolment",
        _id(),
        _account(),
        _text("operation"),
        _bytes("hash", unique=True),
        _text("given_by"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        schema="identity",
    )
    op.create_index("ix_enrolment_account", "enrolment", ["account"], schema="identity")
    op.create_table(
        "attempt",
        sa.Column("whose", sa.LargeBinary(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("last_at"),
        _moment("wait_until"),
        schema="identity",
    )
    op.create_table(
        "spent_challenge", sa.Column("hash", sa.LargeBinary(), primary_key=True), _moment("expires_at"), schema="identity"
    )


def _what_remembers_it() -> None:
    op.create_table(
        "session",
        _id(),
        _account(),
        _bytes("token_hash", unique=True),
        _text("stage"),
        _text("device"),
        _text("operation"),
        _uuid("enrolment", "identity.enrolment.id", nullable=True),
        _moment("opened_at"),
        _moment("seen_at"),
        _moment("expires_at"),
        _moment("ended_at", nullable=True),
        schema="identity",
    )
    op.create_index("ix_session_account", "session", ["account"], schema="identity")
    op.create_table(
        "service_token",
        _id(),
        _account(),
        _uuid("role_grant", "identity.role_grant.id"),
        _bytes("hash", unique=True),
        sa.Column("rights", sa.ARRAY(sa.String()), nullable=False),
        _text("given_by"),
        _moment("given_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        schema="identity",
    )
    op.create_index("ix_service_token_account", "service_token", ["account"], schema="identity")


def _id() -> sa.Column:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _account(*, key: bool = False) -> sa.Column:
    return sa.Column("account", sa.Uuid(), sa.ForeignKey("identity.account.id"), primary_key=key, nullable=False)


def _uuid(name: str, refers_to: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(refers_to), nullable=nullable)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def _bytes(name: str, *, unique: bool = False) -> sa.Column:
    return sa.Column(name, sa.LargeBinary(), nullable=False, unique=unique)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
