"""Facts in encrypted columns: counting them gives what counting the reports gives, and a stale block is never counted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from anonymizer.errors import FactBlockMissing, FactBlockMoved, FactCodeUnknown
from anonymizer.weeks import count_blocks, count_movements, fact_blocks, fresh_facts, refresh_fact_blocks
from anonymizer.weeks.fact_blocks import load_facts, store_facts
from anonymizer.weeks.fact_columns import FactColumns, columns_of, tabulate, tabulate_all
from casework import MovementFact
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.places import Place
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.sealing.envelope import CiphertextRefused

OPERATION, WEEK = "TEST", Week(2026, 7)
SQUARE: dict[str, Any] = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
PLACES = [
    Place("XM", None, 0, {}, SQUARE),
    *(Place(f"XM0{region}", "XM", 1, {}, SQUARE) for region in (1, 2)),
    *(Place(f"XM0{region}0{district}", f"XM0{region}", 2, {}, SQUARE) for region in (1, 2) for district in (1, 2)),
]
DISTRICTS = [place.code for place in PLACES if place.level == 2]
GROUPS = st.tuples(st.sampled_from(["female", "male"]), st.sampled_from(["0-4", "5-11", "12-17", "18-59", "60+"]))
FACTS = st.lists(
    st.builds(
        MovementFact,
        st.uuids(),
        st.just(WEEK),
        st.sampled_from(DISTRICTS),
        st.sampled_from(DISTRICTS),
        st.sampled_from(["conflict", "flood", "other"]),
        st.dictionaries(GROUPS, st.integers(0, 10_000), max_size=4),
    ),
    max_size=30,
)


def facts(*persons: int, origin: str = "XM0101") -> list[MovementFact]:
    return [MovementFact(uuid4(), WEEK, origin, "XM0202", "flood", {("female", "18-59"): count}) for count in persons]


@given(reports=FACTS)
def test_counting_columns_is_counting_reports(reports: Sequence[MovementFact]) -> None:
    from_reports = count_movements(reports, PLACES, WEEK, operation=OPERATION)
    assert count_blocks(columns_of(reports, WEEK), PLACES, operation=OPERATION) == from_reports


@given(reports=FACTS)
def test_a_table_counts_units_or_the_persons_they_speak_of(reports: Sequence[MovementFact]) -> None:
    columns = columns_of(reports, WEEK)
    persons = np.array([3] * len(reports), dtype=np.int64)
    table = tabulate(columns, ("origin", "reason"))
    assert table.sum() == len(reports)
    assert (tabulate(columns, ("origin", "reason"), persons) == 3 * table).all()
    for (at, place), (by, reason) in (
        (o, r) for o in enumerate(columns.codes("origin")) for r in enumerate(columns.codes("reason"))
    ):
        assert table[at, by] == sum(fact.origin == place and fact.reason == reason for fact in reports)


@given(reports=FACTS, tables=st.lists(st.permutations(["origin", "destination", "reason"]), min_size=1, max_size=4))
def test_many_tables_at_once_are_the_same_as_one_by_one(reports: Sequence[MovementFact], tables: list[list[str]]) -> None:
    columns = columns_of([*reports, *reports, *reports], WEEK)
    wanted = [along[:size] for along in tables for size in (1, 2, 3)]
    for along, table in zip(wanted, tabulate_all(columns, wanted), strict=True):
        assert (table == tabulate(columns, along)).all()


def test_columns_say_nothing_of_who_reported_or_in_which_order() -> None:
    reports = [*facts(3, 1), *facts(2, origin="XM0102")]
    forth, back = columns_of(reports, WEEK), columns_of(reports[::-1], WEEK)
    assert all((column.values == back.columns[name].values).all() for name, column in forth.columns.items())


def test_a_code_that_the_gazetteer_lost_is_refused_by_week(database: Database) -> None:
    with pytest.raises(FactCodeUnknown, match=f"{WEEK}.*origin"):
        count_blocks(columns_of(facts(1, origin="ZZ0101"), WEEK), PLACES, operation=OPERATION)


@pytest.fixture
def stored(database: Database, ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> list[MovementFact]:
    """A week of three blocks."""
    monkeypatch.setattr(fact_blocks, "BLOCK_ROWS", 2)
    reports = facts(1, 2, 3, 4, 5)
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        store_facts(session, ring, OPERATION, columns_of(reports, WEEK), b"sources")
    return reports


def loaded(database: Database, ring: KeyRing) -> FactColumns:
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        return load_facts(session, ring, OPERATION, WEEK)


def execute(database: Database, statement: str) -> Any:
    """By hand, as somebody would who sits at the database."""
    engine = create_engine(database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        rows = done.all() if done.returns_rows else []
    engine.dispose()
    return rows


def test_blocks_give_back_what_was_stored(database: Database, ring: KeyRing, stored: list[MovementFact]) -> None:
    counted = count_blocks(loaded(database, ring), PLACES, operation=OPERATION)
    assert counted == count_movements(stored, PLACES, WEEK, operation=OPERATION)
    assert len(execute(database, "SELECT id FROM anonymizer.fact_block")) == 3
    assert execute(database, "SELECT content FROM anonymizer.fact_column WHERE position('XM0101'::bytea IN content) > 0") == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE anonymizer.fact_column SET content = set_byte(content, 40, get_byte(content, 40) # 1)",
        (
            "UPDATE anonymizer.fact_column SET content = d.content FROM anonymizer.fact_column d "
            "WHERE d.block = fact_column.block AND fact_column.variable = 'origin' AND d.variable = 'destination'"
        ),
        (
            "UPDATE anonymizer.fact_column SET content = d.content FROM anonymizer.fact_column d "
            "WHERE d.block <> fact_column.block AND d.variable = fact_column.variable"
        ),
        "DELETE FROM anonymizer.fact_column WHERE variable = 'persons.male.0-4'",
        "DELETE FROM anonymizer.fact_block WHERE position = 2",
        "DELETE FROM anonymizer.fact_block WHERE position = 0",
        "UPDATE anonymizer.fact_block SET position = position + 1 WHERE position = 2",
        "UPDATE anonymizer.fact_block SET sources = 'newer'",
        "UPDATE anonymizer.fact_block SET rows = 1",
        "DELETE FROM anonymizer.block_key",
        "UPDATE anonymizer.block_key SET commitment = set_byte(commitment, 3, get_byte(commitment, 3) # 1)",
    ],
    ids=lambda tampering: tampering[:60],
)
def test_a_block_that_was_tampered_with_is_refused(
    database: Database, ring: KeyRing, stored: list[MovementFact], tampering: str
) -> None:
    blocks = [str(row.id) for row in execute(database, "SELECT id FROM anonymizer.fact_block")]
    execute(database, tampering)
    with pytest.raises((CiphertextRefused, FactBlockMoved, FactBlockMissing)) as refused:
        loaded(database, ring)
    assert any(block in str(refused.value) for block in blocks) or str(WEEK) in str(refused.value)


def test_a_block_of_another_week_is_not_counted_for_this_one(
    database: Database, ring: KeyRing, stored: list[MovementFact]
) -> None:
    other = WEEK.plus(1)
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        store_facts(session, ring, OPERATION, columns_of([replace(fact, week=other) for fact in stored], other), b"other")
    execute(database, f"DELETE FROM anonymizer.fact_block WHERE week = '{WEEK}'")
    execute(database, f"UPDATE anonymizer.fact_block SET week = '{WEEK}', sources = 'sources'")
    with pytest.raises(FactBlockMoved):
        loaded(database, ring)


def test_a_block_without_a_source_left_is_destroyed_with_its_key(
    database: Database, ring: KeyRing, stored: list[MovementFact]
) -> None:
    """The reports that `stored` was made of are not in the store: as after an erasure."""
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        assert refresh_fact_blocks(session, ring, OPERATION) == 1
        assert refresh_fact_blocks(session, ring, OPERATION) == 0
        assert fresh_facts(session, ring, OPERATION, WEEK).rows == 0
    for table in ("fact_block", "fact_column", "block_key"):
        assert execute(database, f"SELECT * FROM anonymizer.{table}") == []


@pytest.mark.parametrize("zone", [Zone.RELEASE, Zone.STATISTICS, Zone.CASEWORK, Zone.COLLECTION, Zone.KEYS])
@pytest.mark.parametrize("table", ["fact_block", "fact_column", "block_key"])
def test_no_other_zone_reads_facts(database: Database, zone: Zone, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"), database.transaction(zone, operation=OPERATION) as session:
        session.execute(text(f"SELECT * FROM anonymizer.{table}"))


def test_another_operation_sees_no_block(database: Database, ring: KeyRing, stored: list[MovementFact]) -> None:
    with database.transaction(Zone.ANONYMIZER, operation="OTHER") as session:
        assert session.execute(text("SELECT * FROM anonymizer.fact_block")).all() == []
    assert UUID(int=0) not in {row.id for row in execute(database, "SELECT id FROM anonymizer.fact_block")}
