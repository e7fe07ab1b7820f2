"""Schema `ingest`: submissions, their files and keys, the quarantine, and who may send.

The collection zone may add ciphertexts but has no right to select one: the door that phones reach cannot read back
what it took in. Casework may read, and change nothing but a submission's state and whether a reason is resolved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = ("submission", "attachment", "quarantine", "record_key", "collector")
COLLECTION = "waystation_collection"
CASEWORK = "waystation_casework"


def upgrade() -> None:
    op.execute("CREATE SCHEMA ingest")
    op.execute(f"GRANT USAGE ON SCHEMA ingest TO {COLLECTION}, {CASEWORK}")
    _submissions()
    _quarantine()
    _collectors()
    for table in TABLES:
        _separate_operations(table)
    _grants()


def _submissions() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("instance", sa.LargeBinary(), nullable=False),
        sa.Column("replaces", sa.LargeBinary()),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("collector", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("operation", "instance"),
        sa.UniqueConstraint("operation", "replaces"),
        sa.CheckConstraint("state IN ('awaiting', 'handled', 'set_aside')", name="state"),
        schema="ingest",
    )
    op.create_index("ix_submission_root_id", "submission", ["root_id"], schema="ingest")
    op.create_index(
        "ix_submission_awaiting",
        "submission",
        ["operation", "received_at"],
        schema="ingest",
        postgresql_where=sa.text("state = 'awaiting' AND complete"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("owner", "name", "digest"),
        schema="ingest",
    )
    op.create_table(
        "record_key",
        sa.Column("record", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        schema="ingest",
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("form_id", sa.String()),
        sa.Column("submission_id", sa.Uuid(), sa.ForeignKey("ingest.submission.id")),
        sa.Column("collector", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("operation", "code", "digest"),
        schema="ingest",
    )


def _collectors() -> None:
    op.create_table(
        "collector",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _operation(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("token_sha256"),
        schema="ingest",
    )
    # A phone's token is looked up before its operation is known. Instead of a function that runs with its owner's
    # rights, the policy itself lets a row be seen by whoever presents its token, and by nobody else.
    op.execute(
        "CREATE POLICY presented_token ON ingest.collector FOR SELECT USING (token_sha256 = "
        "(SELECT decode(nullif(current_setting('waystation.presented_token', true), ''), 'hex')))"
    )


def _operation() -> "sa.Column[str]":
    return sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False)


def _separate_operations(table: str) -> None:
    same_operation = "operation = (SELECT current_setting('waystation.operation', true))"
    op.execute(f"ALTER TABLE ingest.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE ingest.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON ingest.{table} USING ({same_operation}) WITH CHECK ({same_operation})")


def _grants() -> None:
    collection = {
        "submission": "SELECT (id, operation, root_id, instance, replaces, digest, received_at, complete, state), "
        "INSERT, UPDATE (root_id, complete, state)",
        "attachment": "SELECT (owner, name, digest), INSERT",
        "record_key": "SELECT, INSERT",
        "quarantine": "SELECT (id, operation, at, code, reason, form_id, submission_id, digest, size, resolved_at), INSERT",
        "collector": "SELECT, INSERT",
    }
    casework = {
        "submission": "SELECT, UPDATE (state)",
        "attachment": "SELECT",
        "record_key": "SELECT",
        "quarantine": "SELECT, INSERT, UPDATE (resolved_at)",
    }
    for zone, granted in ((COLLECTION, collection), (CASEWORK, casework)):
        for table, rights in granted.items():
            op.execute(f"GRANT {rights} ON ingest.{table} TO {zone}")
