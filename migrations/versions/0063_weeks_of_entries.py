"""An entry of a case file is filed under the weeks in which something was done with it, by which case files are counted.

What stands already follows from sealed steps, which a migration cannot read: the program files it when it is first counted.
Entries of kinds that nobody counts are filed at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

COUNTED = "('decision', 'service', 'referral', 'closure')"


def upgrade() -> None:
    for column in ("week", "week_after"):
        op.add_column("case_entry", sa.Column(column, sa.String()), schema="casework")
        op.create_index(f"ix_case_entry_operation_{column}", "case_entry", ["operation", column], schema="casework")
    # The walls hold for the owner of the tables too, who reaches no operation: for this step they are let down.
    op.execute("ALTER TABLE casework.case_entry NO FORCE ROW LEVEL SECURITY")
    op.execute(f"UPDATE casework.case_entry SET week = '', week_after = '' WHERE kind NOT IN {COUNTED}")
    op.execute("ALTER TABLE casework.case_entry FORCE ROW LEVEL SECURITY")
    op.execute("GRANT UPDATE (week, week_after) ON casework.case_entry TO waystation_casework")
