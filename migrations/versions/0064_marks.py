"""What marks a case for a list is counted from an index: what is small of many entries, with what the walls compare."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

BESIDE = ["case", "person", "custody"]
INDEXES = {
    "ix_case_entry_marks": (["operation", "kind", "state"], "state IN ('raised', 'submitted', 'requested', 'sent')"),
    "ix_case_entry_assessed": (["operation", "changed_at"], "kind = 'assessment' AND state = 'approved'"),
}


def upgrade() -> None:
    for name, (columns, which) in INDEXES.items():
        op.create_index(
            name, "case_entry", columns, schema="casework", postgresql_include=BESIDE, postgresql_where=sa.text(which)
        )
