"""What checks found in a submission, and what a supervisor decided about it: shown to those whose reach covers its custody.

The collection zone reads the decisions, to tell them to the server that a record was pulled from; the comments it cannot read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0052"

COLLECTION, CASEWORK = "waystation_collection", "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
REACH = "(SELECT string_to_array(nullif(current_setting('waystation.reach', true), ''), ' '))::text[]"
IN_REACH = f"{OWN_OPERATION} AND custody LIKE ANY ({REACH})"


def upgrade() -> None:
    op.create_table(
        "review",
        *_of_submission(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("custody", sa.String(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("submission", "number"),
        sa.CheckConstraint("state IN ('received', 'on_hold', 'approved', 'rejected')", name="state"),
        schema="ingest",
    )
    op.create_index("ix_review_operation_decided_at", "review", ["operation", "decided_at"], schema="ingest")
    op.create_table(
        "finding",
        *_of_submission(),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("custody", sa.String(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("submission", "check", "question"),
        schema="ingest",
    )
    op.create_index("ix_submission_received", "submission", ["operation", "received_at", "id"], schema="ingest")
    for table in ("review", "finding"):
        op.execute(f"ALTER TABLE ingest.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE ingest.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY need_to_know ON ingest.{table} TO {CASEWORK} USING ({IN_REACH}) WITH CHECK ({IN_REACH})")
    op.execute(f"CREATE POLICY decisions ON ingest.review FOR SELECT TO {COLLECTION} USING ({OWN_OPERATION})")
    op.execute(
        f"GRANT SELECT (id, operation, submission, number, state, decided_by, decided_at) ON ingest.review TO {COLLECTION}"
    )
    op.execute(f"GRANT SELECT, INSERT ON ingest.review TO {CASEWORK}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON ingest.finding TO {CASEWORK}")


def _of_submission() -> "list[sa.Column[object]]":
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("submission", sa.Uuid(), sa.ForeignKey("ingest.submission.id", ondelete="CASCADE"), nullable=False),
    ]
