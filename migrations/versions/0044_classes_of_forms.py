"""Privacy classes that were set outside a form's workbook: every edition is kept, and none is changed or taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0044"
down_revision = "0043"

TABLE = "forms.form_classes"
FORM = ("operation", "form_id", "version")


def upgrade() -> None:
    op.create_table(
        "form_classes",
        *(sa.Column(name, sa.String(), primary_key=True) for name in FORM),
        sa.Column("edition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("records", sa.String()),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(FORM, [f"forms.form_version.{name}" for name in FORM]),
        sa.CheckConstraint("edition >= 1", name="edition"),
        schema="forms",
    )
    same_operation = "operation = (SELECT current_setting('waystation.operation', true))"
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY operation ON {TABLE} USING ({same_operation}) WITH CHECK ({same_operation})")
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO waystation_collection")
    op.execute(f"GRANT SELECT ON {TABLE} TO waystation_casework")
