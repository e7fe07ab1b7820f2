"""Answers are ciphertext: the database need not try to compress them."""

from alembic import op

revision = "0073"
down_revision = "0065"


def upgrade() -> None:
    op.execute("ALTER TABLE ingest.submission ALTER COLUMN xml SET STORAGE EXTERNAL")
