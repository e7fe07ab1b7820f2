"""Arrays that are sent as PostgreSQL receives them are what the driver would have made of their items."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import Database, Zone
from core.driver_connection import driver_connection
from core.packed_arrays import Kind, packed


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(st.none() | st.binary(max_size=40), max_size=9))
def test_they_come_back_as_they_went(database: Database, items: Sequence[bytes | None]) -> None:
    with database.transaction(Zone.COLLECTION) as session:
        asked = driver_connection(session).execute("SELECT %b::bytea[]", [packed(Kind.BYTEA, items)])
        assert asked.fetchone() == (items,)


@pytest.mark.parametrize(
    ("type_name", "kind", "item", "meant"),
    [
        ("boolean", Kind.BOOLEAN, b"\x01", True),
        ("bigint", Kind.BIGINT, b"\xff" * 8, -1),
        ("integer", Kind.INTEGER, (7).to_bytes(4), 7),
        ("text", Kind.TEXT, "è".encode(), "è"),
        ("uuid", Kind.UUID, UUID(int=3).bytes, UUID(int=3)),
    ],
)
def test_each_kind_is_named_by_its_statement(
    database: Database, type_name: str, kind: Kind, item: bytes, meant: object
) -> None:
    with database.transaction(Zone.COLLECTION) as session:
        asked = driver_connection(session).execute(f"SELECT %b::{type_name}[]", [packed(kind, [item, None])])
        assert asked.fetchone() == ([meant, None],)
