"""Files of persons in chunks, blocks of coarse facts, and indexes by which one record is opened among a million."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
ANONYMIZER = "waystation_anonymizer"
CASEWORK = "waystation_casework"


def upgrade() -> None:
    _files()
    _fact_blocks()
    for table, column in (("case", "person"), ("case", "household"), ("household_member", "person")):
        op.create_index(f"ix_{table}_{column}", table, [column], schema="casework", if_not_exists=True)


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("chain", sa.Uuid(), index=True),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        schema="casework",
    )
    op.create_table(
        "file_chunk",
        sa.Column("file", sa.Uuid(), sa.ForeignKey("casework.file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="casework",
    )
    op.execute("ALTER TABLE casework.file_chunk ALTER COLUMN content SET STORAGE EXTERNAL")  # ciphertext does not compress
    _wall("casework", "file", CASEWORK, "EXISTS (SELECT FROM casework.person p WHERE p.id = person)")
    _wall("casework", "file_chunk", CASEWORK, "EXISTS (SELECT FROM casework.file f WHERE f.id = file)")
    op.execute(f"GRANT SELECT, INSERT, DELETE, UPDATE (replaced_at) ON casework.file TO {CASEWORK}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON casework.file_chunk TO {CASEWORK}")


def _fact_blocks() -> None:
    op.create_table(
        "fact_block",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("operation", "unit", "week", "position"),
        schema="anonymizer",
    )
    op.create_table(
        "fact_column",
        sa.Column("block", sa.Uuid(), sa.ForeignKey("anonymizer.fact_block.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("variable", sa.String(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="anonymizer",
    )
    op.execute("ALTER TABLE anonymizer.fact_column ALTER COLUMN content SET STORAGE EXTERNAL")
    # Without a foreign key: the newest keys are restored beside older blocks, and a destroyed key stays destroyed.
    op.create_table(
        "block_key",
        sa.Column("block", sa.Uuid(), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        schema="anonymizer",
    )
    for table in ("fact_block", "fact_column", "block_key"):
        _wall("anonymizer", table, ANONYMIZER, "")
        op.execute(f"GRANT SELECT, INSERT, DELETE ON anonymizer.{table} TO {ANONYMIZER}")


def _wall(schema: str, table: str, zone: str, belongs_to: str) -> None:
    visible = f"{OWN_OPERATION} AND ({WHOLE_OPERATION} OR {belongs_to})" if belongs_to else OWN_OPERATION
    op.execute(f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY need_to_know ON {schema}.{table} TO {zone} USING ({visible}) WITH CHECK ({OWN_OPERATION})")
