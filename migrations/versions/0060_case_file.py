"""The case file: entries, and the steps that led them where they stand. A step is added and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

CASEWORK = "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
ITS_PERSON = "EXISTS (SELECT FROM casework.person p WHERE p.id = person)"
SHOWN = f"{OWN_OPERATION} AND ({WHOLE_OPERATION} OR {ITS_PERSON})"


def upgrade() -> None:
    op.create_table(
        "case_entry",
        *_of_case(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("assignee", sa.String()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        schema="casework",
    )
    op.create_table(
        "case_step",
        *_of_case(),
        sa.Column("entry", sa.Uuid(), sa.ForeignKey("casework.case_entry.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("case", "number"),
        sa.CheckConstraint("number > 0", name="number"),
        schema="casework",
    )
    for table, columns in (
        ("case_entry", ["person"]),
        ("case_entry", ["case"]),
        ("case_entry", ["operation", "kind", "state", "due"]),
        ("case_entry", ["operation", "assignee", "state"]),
        ("case_step", ["person"]),
        ("case_step", ["entry"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, schema="casework")
    for table in ("case_entry", "case_step"):
        op.execute(f"ALTER TABLE casework.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE casework.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY need_to_know ON casework.{table} TO {CASEWORK} USING ({SHOWN}) WITH CHECK ({SHOWN})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (state, due, assignee, changed_at) ON casework.case_entry TO {CASEWORK}")
    op.execute(f"GRANT SELECT, INSERT ON casework.case_step TO {CASEWORK}")


def _of_case() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person", sa.Uuid(), sa.ForeignKey("casework.person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("case", sa.Uuid(), sa.ForeignKey("casework.case.id", ondelete="CASCADE"), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
    ]
