"""Schema `forms`: published form versions and their media, by operation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = ("operation", "form_id", "version")


def upgrade() -> None:
    op.execute("CREATE SCHEMA forms")
    _tables()
    for table in ("forms.form_version", "forms.form_media"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        own = "operation = (SELECT current_setting('waystation.operation', true))"
        op.execute(f"CREATE POLICY own_operation ON {table} USING ({own}) WITH CHECK ({own})")
        # A published version is never changed nor taken back: phones may hold it.
        op.execute(f"GRANT SELECT, INSERT ON {table} TO waystation_collection")
        op.execute(f"GRANT SELECT ON {table} TO waystation_casework")
    op.execute("GRANT USAGE ON SCHEMA forms TO waystation_collection, waystation_casework")


def _tables() -> None:
    op.create_table(
        "form_version",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("form_id", sa.String(), primary_key=True),
        sa.Column("version", sa.String(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        schema="forms",
    )
    op.create_table(
        "form_media",
        *(sa.Column(name, sa.String(), primary_key=True) for name in (*KEY, "file_name")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(KEY, [f"forms.form_version.{name}" for name in KEY]),
        schema="forms",
    )
