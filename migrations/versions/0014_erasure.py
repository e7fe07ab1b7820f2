"""Erasure: legal holds, tombstones, certificates, and the rights to delete what an erasure takes along.

No statistics are gathered on key columns any more: ANALYZE copies sampled values into `pg_statistic`, where a
destroyed key would live on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
THEIR_PERSON = "EXISTS (SELECT FROM casework.person p WHERE p.id = person)"
KEY_COLUMNS = {"casework.record_key": ("sealed", "commitment"), "ingest.record_key": ("sealed", "commitment")}


def upgrade() -> None:
    _holds()
    _tombstones()
    _wall("casework", "hold", f"{WHOLE_OPERATION} OR {THEIR_PERSON}")
    for schema, table in (("casework", "tombstone"), ("casework", "erasure_certificate"), ("ingest", "tombstone")):
        _wall(schema, table, "true")
    _grants()
    for table, columns in KEY_COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def _holds() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("lifted_by", sa.String()),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        schema="casework",
    )
    op.create_index("ix_hold_person", "hold", ["person"], schema="casework")


def _tombstones() -> None:
    op.create_table(
        "tombstone",
        sa.Column("record", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.create_table(
        "erasure_certificate",
        sa.Column("proposal", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        schema="casework",
    )
    op.create_table(
        "tombstone",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("instance", sa.LargeBinary(), primary_key=True),
        sa.Column("erased_on", sa.Date(), nullable=False),
        schema="ingest",
    )


def _wall(schema: str, table: str, visible: str) -> None:
    op.execute(f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_operation ON {schema}.{table} USING ({OWN_OPERATION} AND ({visible})) WITH CHECK ({OWN_OPERATION})"
    )


def _grants() -> None:
    for rights, tables, zones in (
        ("SELECT, INSERT, UPDATE (lifted_by, lifted_at)", "casework.hold", "waystation_casework"),
        ("SELECT, INSERT", "casework.tombstone, casework.erasure_certificate", "waystation_casework"),
        ("SELECT, INSERT", "ingest.tombstone", "waystation_collection, waystation_casework"),
        ("DELETE", 'casework."case", casework.household', "waystation_casework"),
        ("DELETE", "ingest.submission, ingest.attachment, ingest.quarantine, ingest.record_key", "waystation_casework"),
    ):
        op.execute(f"GRANT {rights} ON {tables} TO {zones}")
