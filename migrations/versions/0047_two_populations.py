"""A week of movements and a week of screenings are protected each by itself; what a released cell counts is said beside it."""

from alembic import op

revision = "0047"
down_revision = "0046"

ABOVE = {"protected_table": "proof", "proof": "sealed_evidence"}
NAMED = "operation, population, period"


def upgrade() -> None:
    for table in ABOVE:
        op.execute(f"ALTER TABLE anonymizer.{table} DROP CONSTRAINT fk_{table}_operation_week")
    for table in ("sealed_evidence", "proof", "protected_table"):
        op.execute(f"ALTER TABLE anonymizer.{table} ADD COLUMN population varchar NOT NULL DEFAULT 'movements'")
    op.execute("ALTER TABLE anonymizer.sealed_evidence DROP CONSTRAINT uq_sealed_evidence_operation_period")
    op.execute(
        f"ALTER TABLE anonymizer.sealed_evidence ADD CONSTRAINT uq_sealed_evidence_operation_population_period UNIQUE ({NAMED})"
    )
    for table, more in (("proof", ""), ("protected_table", ", position")):
        op.execute(f"ALTER TABLE anonymizer.{table} DROP CONSTRAINT pk_{table}")
        op.execute(f"ALTER TABLE anonymizer.{table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({NAMED}{more})")
    for table, above in ABOVE.items():
        op.execute(
            f"ALTER TABLE anonymizer.{table} ADD CONSTRAINT fk_{table}_operation_population_period "
            f"FOREIGN KEY ({NAMED}) REFERENCES anonymizer.{above} ({NAMED})"
        )
    op.execute("ALTER TABLE statistics.released_cell ADD COLUMN unit varchar NOT NULL DEFAULT 'persons'")
    op.execute("ALTER TABLE statistics.released_cell RENAME COLUMN persons TO number")
    op.execute(
        "ALTER TABLE statistics.released_cell "
        "RENAME CONSTRAINT ck_released_cell_suppressed_has_no_persons TO ck_released_cell_suppressed_has_no_number"
    )
