"""What is pulled belongs to the operation of its source (decision 103).

That a pulled record names a source, and an operation, was checked by two foreign keys for each; one checks both, and that the
source is that operation's.
"""

from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
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
