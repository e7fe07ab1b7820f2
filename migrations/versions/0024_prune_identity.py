"""Old sessions and enrolment codes may be deleted, by the program itself and by no account, not even by whose they were."""

from alembic import op

revision = "0024"
down_revision = "0021"

ITSELF = "(SELECT current_setting('waystation.reach', true)) = '%'"


def upgrade() -> None:
    for table in ("session", "enrolment"):
        op.execute(f"GRANT DELETE ON identity.{table} TO waystation_identity")
        op.execute(
            f"CREATE POLICY program_prunes ON identity.{table} AS RESTRICTIVE FOR DELETE "
            f"TO waystation_identity USING ({ITSELF})"
        )
