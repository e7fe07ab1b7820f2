"""Totals published elsewhere stand on a sealed list, since one that is missing decides as much as one that is there."""

from alembic import op

revision = "0052"
down_revision = "0051"

ANONYMIZER = "waystation_anonymizer"
THEIRS = "listed IN ('core.proposal', 'core.policy', 'anonymizer.outside_publication')"


def upgrade() -> None:
    op.execute(f"ALTER POLICY {ANONYMIZER} ON core.sealed_list USING ({THEIRS}) WITH CHECK ({THEIRS})")
