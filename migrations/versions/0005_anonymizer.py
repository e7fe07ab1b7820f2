"""Schema `anonymizer`: protected weeks. The anonymizer adds, nobody changes; release reads all but the evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

TABLES = ("sealed_evidence", "proof", "protected_table")
ANONYMIZER = "waystation_anonymizer"
RELEASE = "waystation_release"


def upgrade() -> None:
    op.execute("CREATE SCHEMA anonymizer")
    op.execute(f"GRANT USAGE ON SCHEMA anonymizer TO {ANONYMIZER}, {RELEASE}")
    _tables()
    for table in TABLES:
        _separate_operations(table)
        op.execute(f"GRANT SELECT, INSERT ON anonymizer.{table} TO {ANONYMIZER}")
    op.execute(f"GRANT SELECT ON anonymizer.proof, anonymizer.protected_table TO {RELEASE}")


def _tables() -> None:
    op.create_table(
        "sealed_evidence",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_commitment", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("operation", "week"),
        schema="anonymizer",
    )
    op.create_table(
        "proof",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("week", sa.String(), primary_key=True),
        sa.Column("policy", JSONB(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        _belongs_to("sealed_evidence"),
        schema="anonymizer",
    )
    op.create_table(
        "protected_table",
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("week", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dimensions", JSONB(), nullable=False),
        sa.Column("cells", JSONB(), nullable=False),
        _belongs_to("proof"),
        schema="anonymizer",
    )


def _belongs_to(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["operation", "week"], [f"anonymizer.{table}.operation", f"anonymizer.{table}.week"])


def _separate_operations(table: str) -> None:
    same_operation = "operation = (SELECT current_setting('waystation.operation', true))"
    op.execute(f"ALTER TABLE anonymizer.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE anonymizer.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON anonymizer.{table} USING ({same_operation}) WITH CHECK ({same_operation})")
