"""A head of the audit log signs which head came before it; how far a verification has come is kept, signed."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    # Heads from before stay as they were signed: they name none.
    op.add_column("audit_head", sa.Column("previous", sa.BigInteger()), schema="core")
    op.create_table(
        "audit_verification",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        schema="core",
    )
    op.create_index("ix_audit_verification_begun_at", "audit_verification", ["begun_at"], schema="core")
    op.execute("GRANT SELECT, INSERT, UPDATE (content, signature) ON core.audit_verification TO waystation_audit")
