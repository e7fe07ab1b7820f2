"""A file that came from another server lies in chunks, whatever its size; then its row holds no content."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

COLLECTION = "waystation_collection"
CASEWORK = "waystation_casework"
SAME_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"


def upgrade() -> None:
    op.alter_column("attachment", "content", nullable=True, schema="ingest")
    op.create_table(
        "attachment_chunk",
        sa.Column("attachment", sa.Uuid(), sa.ForeignKey("ingest.attachment.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="ingest",
    )
    op.execute("ALTER TABLE ingest.attachment_chunk ALTER content SET STORAGE EXTERNAL")  # ciphertext: nothing to compress
    op.execute("ALTER TABLE ingest.attachment_chunk ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ingest.attachment_chunk FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON ingest.attachment_chunk USING ({SAME_OPERATION}) WITH CHECK ({SAME_OPERATION})")
    op.execute(f"GRANT INSERT ON ingest.attachment_chunk TO {COLLECTION}")
    op.execute(f"GRANT SELECT ON ingest.attachment_chunk TO {CASEWORK}")
