"""What left of an operation's people, by which method, and what was spent of a privacy budget: lines that nobody changes.

Two methods never meet on a variable in a period. The program says so with its reason; here the database refuses it by itself.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0050"
down_revision = "0049"

ANONYMIZER = "waystation_anonymizer"
SAME_OPERATION = "operation = (SELECT current_setting('waystation.operation', true))"
# `*` stands for a release that does not tell periods apart: it meets every period.
KEEP_APART = """
CREATE FUNCTION anonymizer.keep_methods_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('anonymizer.register:' || NEW.operation, 0));
  IF NEW.kind <> 'release' OR NEW.says->>'method' = 'synthetic' THEN
    RETURN NEW;
  END IF;
  INSERT INTO anonymizer.method_used (operation, data_set, variable, period, method)
    SELECT NEW.operation, NEW.says->>'data_set', variable, period, NEW.says->>'method'
    FROM jsonb_array_elements_text(NEW.says->'variables') AS variable,
      jsonb_array_elements_text(CASE NEW.says->'periods' WHEN '[]' THEN '["*"]' ELSE NEW.says->'periods' END) AS period
    ON CONFLICT DO NOTHING;
  IF EXISTS (
    SELECT FROM anonymizer.method_used
    WHERE operation = NEW.operation AND data_set = NEW.says->>'data_set' AND method <> NEW.says->>'method'
      AND NEW.says->'variables' ? variable
      AND (NEW.says->'periods' = '[]' OR NEW.says->'periods' ? period OR period = '*')
  ) THEN
    RAISE EXCEPTION 'another method was used on these variables and periods' USING ERRCODE = 'WSMIX';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "register_line",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("says", JSONB(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        schema="anonymizer",
    )
    op.create_table(
        "method_used",
        sa.Column("operation", sa.String(), sa.ForeignKey("core.operation.code"), primary_key=True),
        sa.Column("data_set", sa.String(), primary_key=True),
        sa.Column("variable", sa.String(), primary_key=True),
        sa.Column("period", sa.String(), primary_key=True),
        sa.Column("method", sa.String(), nullable=False),
        schema="anonymizer",
    )
    for table in ("register_line", "method_used"):
        op.execute(f"ALTER TABLE anonymizer.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE anonymizer.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operation ON anonymizer.{table} USING ({SAME_OPERATION}) WITH CHECK ({SAME_OPERATION})")
        op.execute(f"GRANT SELECT, INSERT ON anonymizer.{table} TO {ANONYMIZER}")
    op.execute(
        "CREATE UNIQUE INDEX one_budget ON anonymizer.register_line (operation, (says->>'data_set')) WHERE kind = 'budget'"
    )
    op.execute(KEEP_APART)
    op.execute(
        "CREATE TRIGGER keep_methods_apart BEFORE INSERT ON anonymizer.register_line "
        "FOR EACH ROW EXECUTE FUNCTION anonymizer.keep_methods_apart()"
    )
