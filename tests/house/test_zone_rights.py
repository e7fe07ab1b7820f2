"""Each zone does what docs/zones.md says, and everything else is denied: every statement is really tried.

After a migration run `WAYSTATION_WRITE_ZONES=1 bin/test tests/house/test_zone_rights.py`, and read what changed in the page.
"""

import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from core.database import Base, Zone
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from tests.house.test_migrations import OURS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "zones.md"
SCHEMAS = sorted(OURS)
TABLES = sorted(f'{table.schema}."{table.name}"' for table in Base.metadata.tables.values())
COLUMN = {f'{table.schema}."{table.name}"': next(iter(table.columns)).name for table in Base.metadata.tables.values()}
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
TRIES = {
    "SELECT": "SELECT 1 FROM {table} LIMIT 1",
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": 'UPDATE {table} SET "{column}" = DEFAULT',
    "DELETE": "DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table} CASCADE",
}
NEVER = [
    *(f"CREATE TABLE {schema}.mine (x int)" for schema in (*SCHEMAS, "public")),
    *(f"DROP TABLE {table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
    "SET session_replication_role = replica",
    "CREATE ROLE mine SUPERUSER",
    "ALTER ROLE waystation SUPERUSER",
    "CREATE EXTENSION dblink",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/waystation-should-not-be-here'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT query FROM pg_stat_activity, pg_read_file('PG_VERSION')",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
]
TITLE = "# What each zone may do in the database\n"
INTRODUCTION = (
    "A transaction works in one zone, a PostgreSQL role. What is not listed is denied: `tests/house/test_zone_rights.py` "
    "tries every statement in every zone, and keeps this page true. Row-level security narrows further, by operation and "
    "by reach.\n"
)
HELD_COLUMNS = text(
    "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped "
    "AND has_column_privilege(:role, CAST(:table AS regclass), attname, :right) ORDER BY attnum"
)
HELD_WHOLE = text("SELECT has_table_privilege(:role, :table, :right)")


@pytest.fixture(scope="module")
def owner(cluster: EmbeddedCluster) -> Iterator[Connection]:
    """Whoever owns the tables: may read which rights were given."""
    engine = create_engine(cluster.url(ADMINISTRATOR, "pattern"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def pattern(cluster: EmbeddedCluster) -> Iterator[Connection]:
    """The program's own login."""
    engine = create_engine(cluster.url(PROGRAM, "pattern"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def held(connection: Connection, zone: Zone, table: str, right: str) -> str:
    """`` where the zone lacks the right, the right's name, or its name with the columns that it is limited to."""
    schema = table.split(".", maxsplit=1)[0]
    asked = {"role": zone.value, "table": table, "right": right}
    if not connection.scalar(text("SELECT has_schema_privilege(:role, :schema, 'USAGE')"), {**asked, "schema": schema}):
        return ""
    if connection.scalar(HELD_WHOLE, asked):
        return right.lower()
    if right in {"DELETE", "TRUNCATE"}:
        return ""
    columns = connection.scalars(HELD_COLUMNS, asked).all()
    return f"{right.lower()} ({', '.join(columns)})" if columns else ""


def written_page(connection: Connection) -> str:
    lines = [TITLE, INTRODUCTION]
    for zone in Zone:
        lines += [f"## {zone.value}\n", "| table | may |", "|---|---|"]
        for table in TABLES:
            rights = [right for kind in RIGHTS if (right := held(connection, zone, table, kind))]
            if rights:
                lines.append(f"| `{table.replace(chr(34), '')}` | {', '.join(rights)} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_of_zones_is_true(owner: Connection) -> None:
    page = written_page(owner)
    if os.environ.get("WAYSTATION_WRITE_ZONES"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("zone", list(Zone))
def test_what_the_page_does_not_list_is_denied(owner: Connection, pattern: Connection, zone: Zone) -> None:
    for table, right in product(TABLES, RIGHTS):
        if not held(owner, zone, table, right):
            statement = TRIES[right].format(table=table, column=COLUMN[table])
            assert "permission denied" in refusal(pattern, zone, statement), statement


@pytest.mark.parametrize("zone", list(Zone))
def test_no_zone_leaves_its_walls(pattern: Connection, zone: Zone) -> None:
    for statement in NEVER:
        assert refusal(pattern, zone, statement), statement


def refusal(connection: Connection, zone: Zone, statement: str) -> str:
    """What the database answers in this zone; empty where it did what it was told, which is undone."""
    connection.rollback()
    connection.execute(text(f"SET LOCAL ROLE {zone.value}"))
    try:
        connection.execute(text(statement))
    except DBAPIError as error:
        return str(error.orig)
    finally:
        connection.rollback()
    return ""


def test_no_view_lets_anybody_see_with_its_owners_eyes(owner: Connection) -> None:
    """Every view of ours is a security invoker; there are no functions that run with their owner's rights."""
    views = owner.execute(
        text(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('v', 'm') "
            "AND nspname = ANY(:schemas) AND NOT COALESCE('security_invoker=true' = ANY(reloptions), false)"
        ),
        {"schemas": SCHEMAS},
    ).all()
    functions = owner.execute(
        text(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace "
            "WHERE prosecdef AND nspname = ANY(:schemas)"
        ),
        {"schemas": SCHEMAS},
    ).all()
    assert (views, functions) == ([], [])


def test_policies_ask_for_settings_once_and_not_for_every_row(owner: Connection) -> None:
    """`(SELECT current_setting(…))` is evaluated once for a statement; without the SELECT, once for each row."""
    policies = owner.execute(
        text("SELECT policyname, coalesce(qual, '') || ' ' || coalesce(with_check, '') AS rule FROM pg_policies")
    ).all()
    assert policies
    for policy in policies:
        once = re.findall(r"\( ?SELECT (?:string_to_array\(|decode\()?(?:NULLIF\()?current_setting\(", policy.rule)
        assert len(once) == policy.rule.count("current_setting("), policy
