"""The keys zone sees wrapped keys and nothing that they open: connected as it, everything else is tried and refused."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.keys.key_tables import KEY_TABLES
from core.database import Database, Zone
from core.keys.wrapped_keys import Slice, _fetch, count_by_version
from core.models import Operation
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster

COLUMNS = (
    "SELECT n.nspname || '.' || c.relname AS name, a.attname AS column FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p', 'v') "
    "AND n.nspname IN ('core', 'forms', 'ingest', 'casework', 'anonymizer', 'statistics', 'identity')"
)
READABLE = {
    column
    for table in KEY_TABLES
    for column in [
        f"{table.name}.{name}"
        for name in (table.record, table.label_column, table.row_version, table.version, table.sealed, table.commitment)
        if name
    ]
}
CHANGEABLE = {f"{table.name}.{name}" for table in KEY_TABLES for name in (table.version, table.sealed)}
# Shared ground of every zone that carries proposals out and names operations; nothing of a person is there. Of sealed lists
# it reaches those of proposals alone, by row-level security.
SHARED = ("core.key_version.", "core.operation.", "core.proposal.", "core.audit_entry.", "core.sealed_list.")


@pytest.fixture(scope="module")
def columns(cluster: EmbeddedCluster) -> list[tuple[str, str]]:
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"))
    with engine.connect() as connection:
        found = [(row.name, row.column) for row in connection.execute(text(COLUMNS))]
    engine.dispose()
    return found


def test_it_reads_the_wrapped_keys_and_not_one_ciphertext(database: Database, columns: list[tuple[str, str]]) -> None:
    readable = {
        f"{table}.{column}" for table, column in columns if allowed(database, f'SELECT "{column}" FROM {quoted(table)}')
    }
    assert {name for name in readable if not name.startswith(SHARED)} == READABLE


def test_it_changes_the_wrapping_and_not_the_commitment(database: Database, columns: list[tuple[str, str]]) -> None:
    changeable = {
        f"{table}.{column}"
        for table, column in columns
        if allowed(database, f'UPDATE {quoted(table)} SET "{column}" = DEFAULT')
    }
    assert {name for name in changeable if not name.startswith(SHARED)} == CHANGEABLE


def test_it_adds_and_removes_nothing(database: Database, columns: list[tuple[str, str]]) -> None:
    tables = sorted({table for table, _ in columns})
    removed = [table for table in tables if allowed(database, f"DELETE FROM {quoted(table)}")]
    added = [table for table in tables if allowed(database, f"INSERT INTO {quoted(table)} DEFAULT VALUES")]
    assert (removed, [table for table in added if not f"{table}.".startswith(SHARED)]) == ([], [])


def test_a_fingerprint_once_written_is_not_changed(database: Database) -> None:
    assert not allowed(database, "UPDATE core.key_version SET fingerprint = ''")
    assert allowed(database, "UPDATE core.key_version SET retired_at = now()")


@pytest.mark.parametrize("zone", [Zone.COLLECTION, Zone.CASEWORK, Zone.ANONYMIZER, Zone.RELEASE, Zone.STATISTICS])
def test_no_other_zone_re_wraps_or_retires(database: Database, zone: Zone) -> None:
    changes = [f"UPDATE {table.name} SET {table.sealed} = ''" for table in KEY_TABLES]
    changes += ["UPDATE core.key_version SET retired_at = now()"]
    assert not any(allowed(database, statement, zone) for statement in changes)


def test_every_table_with_a_commitment_is_among_the_key_tables(columns: list[tuple[str, str]]) -> None:
    assert {table for table, column in columns if column.endswith("commitment")} == {table.name for table in KEY_TABLES}


def test_it_sees_the_keys_of_every_operation(database: Database) -> None:
    for code in ("P", "Q"):
        with database.transaction(Zone.COLLECTION, operation=code) as session:
            session.add(Operation(code=code, names={}))
            session.flush()
            session.execute(
                text("INSERT INTO ingest.record_key VALUES (gen_random_uuid(), :code, 4, 'sealed', 'commitment')"),
                {"code": code},
            )
    with database.transaction(Zone.KEYS) as session:
        assert count_by_version(session, KEY_TABLES[1]) == {4: 2}
        assert len(_fetch(session, KEY_TABLES[1], Slice(), None)) == 2


def quoted(table: str) -> str:
    schema, name = table.split(".")
    return f'{schema}."{name}"'


def allowed(database: Database, statement: str, zone: Zone = Zone.KEYS) -> bool:
    """Whether the zone has the right; what else may be wrong with the statement does not matter, and nothing is kept."""
    try:
        with database.transaction(zone) as session:
            session.execute(text(f"EXPLAIN {statement}"))
    except ProgrammingError as error:
        if "permission denied" in str(error.orig):
            return False
        raise
    except OperationalError as error:
        if "cannot" in str(error.orig) and "view" in str(error.orig):
            return False  # a view that nobody can write through
        raise
    return True
