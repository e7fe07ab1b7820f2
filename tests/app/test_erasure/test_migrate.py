"""Migrating by a login that owns the database and is no superuser: row-level security holds it off like anybody."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from core.database import Base
from core.postgres.embedded_cluster import PROGRAM
from core.postgres.migrate import migrate
from tests.app.test_erasure.conftest import Emptiness, owner_of
from tests.app.test_erasure.test_restore import forced

BEFORE_CASES_CARRIED_THEIR_REFERENCE = "0027"
# A case, and its reference as tokens kept it then.
A_CASE = """
INSERT INTO core.operation (code, names) VALUES ('TEST', '{}');
INSERT INTO casework.person (id, operation, row_version, identity, contact, narrative, facts)
  VALUES ('00000000-0000-4000-8000-000000000001', 'TEST', 1, '', '', '', '');
INSERT INTO casework.household (id, operation) VALUES ('00000000-0000-4000-8000-000000000002', 'TEST');
INSERT INTO casework."case" (id, operation, person, household, state, screening_outcome, row_version, opened_at)
  VALUES ('00000000-0000-4000-8000-000000000003', 'TEST', '00000000-0000-4000-8000-000000000001',
          '00000000-0000-4000-8000-000000000002', 'active', 'possible', 1, now());
INSERT INTO casework.token (operation, kind, token, record)
  VALUES ('TEST', 'case_reference', 'abc', '00000000-0000-4000-8000-000000000003'),
         ('TEST', 'phone', 'def', '00000000-0000-4000-8000-000000000001')
"""


def test_the_tables_and_their_walls_are_those_that_a_superuser_makes(plain: Emptiness, emptiness: Emptiness) -> None:
    migrate(plain.owner, PROGRAM)
    with owner_of(emptiness.owner) as connection:
        context = MigrationContext.configure(connection, opts={"include_schemas": True, "include_name": _is_ours})
        assert compare_metadata(context, Base.metadata) == []
        assert connection.scalar(text("SELECT count(*) FROM pg_policies")) > 40
    assert "casework.person" in forced(emptiness.owner)


def test_what_a_migration_moves_is_moved_behind_the_walls_too(plain: Emptiness, emptiness: Emptiness) -> None:
    migrate(plain.owner, PROGRAM, to=BEFORE_CASES_CARRIED_THEIR_REFERENCE)
    with owner_of(emptiness.owner) as connection:
        for statement in A_CASE.split(";"):
            connection.execute(text(statement))
    with owner_of(plain.owner) as connection:
        assert connection.scalar(text("SELECT count(*) FROM casework.token")) == 0  # the owner sees none of them
    migrate(plain.owner, PROGRAM)
    with owner_of(emptiness.owner) as connection:
        assert connection.scalars(text('SELECT reference FROM casework."case"')).all() == [b"abc"]
        assert connection.scalars(text("SELECT kind FROM casework.token")).all() == ["phone"]
    assert {'casework."case"', "casework.token"} <= forced(emptiness.owner)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in {table.schema for table in Base.metadata.tables.values()}
