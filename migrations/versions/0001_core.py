"""Shared ground: zones as roles, operations, places and the append-only audit log."""

import sqlalchemy as sa
from alembic import context, op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

ZONES = ("collection", "casework", "anonymizer", "release", "statistics", "audit")
WORKING_ZONES = "waystation_collection, waystation_casework, waystation_anonymizer, waystation_release"


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    program = context.config.attributes["program"]
    for zone in ZONES:
        role = f"waystation_{zone}"
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
        op.execute(f'GRANT {role} TO "{program}"')
    op.execute("CREATE SCHEMA core")
    _tables()
    _audit_is_append_only()
    # PostGIS lives in `public`; the statistics zone reads plain columns and needs none of it.
    op.execute(f"GRANT USAGE ON SCHEMA public TO {WORKING_ZONES}")
    op.execute(f"GRANT USAGE ON SCHEMA core TO {WORKING_ZONES}, waystation_audit")
    op.execute(f"GRANT SELECT ON core.operation, core.place TO {WORKING_ZONES}")
    op.execute("GRANT INSERT ON core.operation, core.place TO waystation_collection")
    op.execute(f"GRANT INSERT ON core.audit_entry TO {WORKING_ZONES}")
    op.execute("GRANT SELECT ON core.audit_entry TO waystation_audit")


def _tables() -> None:
    op.create_table(
        "operation",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        schema="core",
    )
    op.create_table(
        "place",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("parent", sa.String()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("shape", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        schema="core",
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        schema="core",
    )


def _audit_is_append_only() -> None:
    op.execute(
        """
        CREATE FUNCTION core.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON core.audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change()"
    )
