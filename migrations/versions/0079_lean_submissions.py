"""A new answer is written into fewer indexes, and what is pulled belongs to the operation of its source.

Hardly any answer replaces another, so the index by what they replace holds those alone. That a pulled record names a source,
and an operation, was checked by two foreign keys; one checks both and that the source is that operation's (decision 103).
"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0071"


def upgrade() -> None:
    op.drop_constraint("uq_submission_operation_replaces", "submission", schema="ingest")
    op.create_index(
        "uq_submission_operation_replaces",
        "submission",
        ["operation", "replaces"],
        unique=True,
        schema="ingest",
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_unique_constraint("uq_source_id_operation", "source", ["id", "operation"], schema="ingest")
    op.create_foreign_key(
        "fk_pulled_source_operation",
        "pulled",
        "source",
        ["source", "operation"],
        ["id", "operation"],
        source_schema="ingest",
        referent_schema="ingest",
    )
    op.drop_constraint("fk_pulled_source", "pulled", schema="ingest")
    op.drop_constraint("fk_pulled_operation", "pulled", schema="ingest")
