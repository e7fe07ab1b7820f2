"""Links and heads only grow, and only the audit zone adds them; nobody states who or when in a line."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.database import Zone
from tests.core.test_audit_chain.conftest import Log


@pytest.mark.parametrize("table", ["audit_link", "audit_head"])
@pytest.mark.parametrize("change", ["UPDATE core.{} SET digest = ''", "DELETE FROM core.{}", "TRUNCATE core.{}"])
def test_links_and_heads_only_grow(log: Log, table: str, change: str) -> None:
    for zone in Zone:
        with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
            session.execute(text(change.format(table)))
    with log.owner.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(change.format(table)))


@pytest.mark.parametrize("zone", [zone for zone in Zone if zone is not Zone.AUDIT])
def test_only_the_audit_zone_sees_or_adds_them(log: Log, zone: Zone) -> None:
    for attempt in ("SELECT * FROM core.audit_link", "INSERT INTO core.audit_link VALUES (99, 99, '')"):
        with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
            session.execute(text(attempt))


@pytest.mark.parametrize("column", ["actor", "zone", "operation", "at", "transaction", "number"])
def test_no_zone_states_who_where_or_when(log: Log, column: str) -> None:
    value = {"at": "now()", "transaction": "1", "number": "1"}.get(column, "'somebody'")
    add = (
        f"INSERT INTO core.audit_entry (action, subject, purpose, count, detail, {column}) OVERRIDING SYSTEM VALUE "
        f"VALUES ('read', 's', 'p', 1, '{{}}', {value})"
    )
    for zone in Zone:
        with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
            session.execute(text(add))
