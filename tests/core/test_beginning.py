"""What tests begin with: made once, put back as it was, and made anew wherever that could be something else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core import clock
from core.database import Zone
from core.identity.models import UnitKind
from core.identity.units import add_unit, close_unit
from core.keys.keyring import KeyRing
from tests.beginning import WRITTEN_TO, Beginning
from tests.blank_database import BlankDatabase


def rows(database: BlankDatabase) -> dict[str, list[str]]:
    """All there is, as the server writes it."""
    with database._owned() as connection:
        tables = [table for (table,) in connection.execute(text(WRITTEN_TO))]
        return {table: sorted(row for (row,) in connection.execute(text(f"SELECT t::text FROM {table} t"))) for table in tables}


class Teams:
    """Two things to begin with; the second changes what the first wrote."""

    def __init__(self, database: BlankDatabase) -> None:
        self.database, self.calls = database.opened, 0

    def open(self) -> object:
        self.calls += 1
        with self.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            return add_unit(session, UnitKind.ORGANISATION, "Relief; 100 % 'ours'")

    def close(self) -> None:
        self.calls += 1
        with self.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            close_unit(session, self.opened)

    def begin(self, begin: Beginning) -> object:
        self.opened = begin(self.open)
        begin(self.close)
        return self.opened


@pytest.fixture
def teams(blank_database: BlankDatabase, ring: KeyRing) -> Teams:
    blank_database.opened.ring = ring
    return Teams(blank_database)


def test_it_is_made_once_and_put_back_as_it_was(blank_database: BlankDatabase, teams: Teams) -> None:
    made = teams.begin(blank_database.begin)
    calls, stands = teams.calls, rows(blank_database)
    assert {"identity.unit", "core.audit_entry"} <= {*stands}
    assert blank_database.emptied()
    assert rows(blank_database) == {}
    assert teams.begin(blank_database.begin) == made
    assert teams.calls == calls
    assert rows(blank_database) == stands


def test_what_is_written_next_is_numbered_as_if_it_had_been_made(blank_database: BlankDatabase, teams: Teams) -> None:
    numbers = []
    for _ in range(2):
        teams.begin(blank_database.begin)
        teams.open()
        with blank_database._owned() as connection:
            numbers.append(connection.execute(text("SELECT max(number) FROM core.audit_entry")).scalar_one())
        blank_database.emptied()
    assert numbers[0] == numbers[1]


def test_it_is_made_anew_after_something_else_was_written(blank_database: BlankDatabase, teams: Teams) -> None:
    made = teams.begin(blank_database.begin)
    blank_database.emptied()
    teams.open()
    assert teams.begin(blank_database.begin) != made


def test_and_so_is_what_comes_after_that(blank_database: BlankDatabase, teams: Teams) -> None:
    teams.begin(blank_database.begin)
    blank_database.emptied()
    teams.opened = blank_database.begin(teams.open)
    teams.open()
    calls = teams.calls
    blank_database.begin(teams.close)
    assert teams.calls == calls + 1


def test_it_is_made_anew_where_a_test_stops_the_clock(
    blank_database: BlankDatabase, teams: Teams, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = teams.begin(blank_database.begin)
    blank_database.emptied()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 16, tzinfo=UTC))
    assert teams.begin(blank_database.begin) != made
