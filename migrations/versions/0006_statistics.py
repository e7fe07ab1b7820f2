"""Released statistics: written by the release zone, read by the statistics zone, which can use nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"

TABLES = "statistics.release, statistics.dimension_code, statistics.released_cell"


def upgrade() -> None:
    op.execute("CREATE SCHEMA statistics")
    _release()
    _contents()
    # Released once, never changed: nobody is granted UPDATE or DELETE. Statistics are public, so rows are not
    # separated by operation.
    op.execute("GRANT USAGE ON SCHEMA statistics TO waystation_release, waystation_statistics")
    op.execute(f"GRANT SELECT, INSERT ON {TABLES} TO waystation_release")
    op.execute(f"GRANT SELECT ON {TABLES} TO waystation_statistics")


def _release() -> None:
    op.create_table(
        "release",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("operation_names", JSONB(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("policy", JSONB(), nullable=False),
        sa.UniqueConstraint("operation", "week"),
        schema="statistics",
    )


def _contents() -> None:
    op.create_table(
        "dimension_code",
        _of_release(),
        sa.Column("dimension", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("parent", sa.String()),
        sa.Column("names", JSONB(), nullable=False),
        schema="statistics",
    )
    op.create_table(
        "released_cell",
        _of_release(),
        sa.Column("table_name", sa.String(), primary_key=True),
        sa.Column("codes", ARRAY(sa.String()), primary_key=True),
        sa.Column("persons", sa.Integer()),
        sa.Column("conf_status", sa.String(), nullable=False),
        sa.CheckConstraint("(persons IS NULL) = (conf_status = 'C')", name="suppressed_has_no_persons"),
        schema="statistics",
    )


def _of_release() -> sa.Column[int]:
    return sa.Column("release", sa.BigInteger(), sa.ForeignKey("statistics.release.number"), primary_key=True)
