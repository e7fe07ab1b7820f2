"""Arrays that are sent as PostgreSQL receives them are what the driver would have made of their items."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, literal, select

from core.database import Database, Zone, among
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, moment_sent, packed

BEFORE_2000 = datetime(1969, 7, 20, 20, 17, 40, 123456, tzinfo=UTC)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(st.none() | st.binary(max_size=40), max_size=9) | st.lists(st.binary(min_size=3, max_size=3), max_size=9))
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
        ("timestamptz", Kind.TIMESTAMPTZ, moment_sent(BEFORE_2000), BEFORE_2000),
    ],
)
def test_each_kind_is_named_by_its_statement(
    database: Database, type_name: str, kind: Kind, item: bytes, meant: object
) -> None:
    with database.transaction(Zone.COLLECTION) as session:
        asked = driver_connection(session).execute(f"SELECT %b::{type_name}[]", [packed(kind, [item, None])])
        assert asked.fetchone() == ([meant, None],)


@pytest.mark.parametrize(
    ("one", "others"),
    [(UUID(int=3), [UUID(int=4), UUID(int=2**128 - 1)]), (b"\0a", [b"", b"\0"]), ("è", ["e", ""]), (7, [8])],
)
def test_what_is_asked_for_among_many_is_found_whatever_it_is(database: Database, one: object, others: list[object]) -> None:
    asked: ColumnElement[object] = literal(one)
    with database.transaction(Zone.COLLECTION) as session:
        for values, there in (([*others, one], True), (others, False), ([], False)):
            assert session.scalar(select(among(asked, values))) is there
