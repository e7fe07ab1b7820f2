"""Small pictures of files, sealed like them. They are shown to whom the file is shown, and go when it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"

CASEWORK = "waystation_casework"
OWN_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
WHOLE_OPERATION = "(SELECT current_setting('waystation.reach', true)) = '%'"
OF_A_FILE_SEEN = "EXISTS (SELECT FROM casework.file f WHERE f.id = file)"


def upgrade() -> None:
    op.create_table(
        "thumbnail",
        sa.Column("file", sa.Uuid(), sa.ForeignKey("casework.file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        schema="casework",
    )
    op.execute("ALTER TABLE casework.thumbnail ALTER COLUMN content SET STORAGE EXTERNAL")  # ciphertext does not compress
    op.execute("ALTER TABLE casework.thumbnail ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE casework.thumbnail FORCE ROW LEVEL SECURITY")
    seen = f"{OWN_OPERATION} AND ({WHOLE_OPERATION} OR {OF_A_FILE_SEEN})"
    op.execute(f"CREATE POLICY need_to_know ON casework.thumbnail TO {CASEWORK} USING ({seen}) WITH CHECK ({seen})")
    op.execute(f"GRANT SELECT, INSERT ON casework.thumbnail TO {CASEWORK}")
