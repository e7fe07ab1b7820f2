"""Units to choose from are read and proven once, and kept while their sealed list is the same."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from core.identity.models import Unit, UnitKind
from core.identity.units import add_unit, close_unit, rename_unit, ways_to
from core.listed import KeptWhileListed, RowNotAsListed
from core.postgres.embedded_cluster import ADMINISTRATOR
from tests.core.test_identity.conftest import Office

SLIPPED_IN = "INSERT INTO identity.unit (id, kind, name) VALUES (gen_random_uuid(), 'organisation', 'Slipped in')"


class Process:
    """A running program, which keeps what it made of the units; `times` is how often it made it."""

    def __init__(self, office: Office) -> None:
        self.office, self.times = office, 0
        self.kept = KeptWhileListed(Unit, self.make)

    def make(self, units: Sequence[Unit]) -> list[str]:
        self.times += 1
        return [way for _, way in ways_to(units)]

    def units(self) -> list[str]:
        with self.office.itself() as session:
            return self.kept.read(session)


@pytest.fixture
def process(office: Office) -> Process:
    return Process(office)


@pytest.fixture
def team(office: Office) -> UUID:
    with office.itself() as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        return add_unit(session, UnitKind.TEAM, "South", add_unit(session, UnitKind.AREA, "Coast", ours))


def by_the_owner(office: Office, statement: str) -> None:
    engine = create_engine(office.database.engine.url.set(username=ADMINISTRATOR))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_each_unit_is_named_with_the_way_down_to_it(process: Process, office: Office, team: UUID) -> None:
    assert process.units() == ["Ours", "Ours › Coast", "Ours › Coast › South"]
    with office.itself() as session:
        close_unit(session, team)
    assert process.units() == ["Ours", "Ours › Coast"]


def test_they_are_made_anew_when_the_program_changes_one(process: Process, office: Office, team: UUID) -> None:
    assert process.units() == process.units()
    assert process.times == 1
    with office.itself() as session:
        rename_unit(session, team, "North")
    assert process.units()[-1] == "Ours › Coast › North"
    assert process.times == 2


@pytest.mark.parametrize("forgery", [SLIPPED_IN, "UPDATE identity.unit SET name = 'Forged' WHERE kind = 'team'"])
def test_a_forged_row_is_never_shown(process: Process, office: Office, team: UUID, forgery: str) -> None:
    before = process.units()
    by_the_owner(office, forgery)
    assert process.units() == before  # as the program wrote them
    with pytest.raises(RowNotAsListed):
        Process(office).units()


def test_where_a_row_is_missing_nothing_is_kept(process: Process, office: Office, team: UUID) -> None:
    by_the_owner(office, "CREATE TABLE aside AS SELECT * FROM identity.unit WHERE kind = 'team'")
    by_the_owner(office, "DELETE FROM identity.unit WHERE kind = 'team'")
    assert process.units() == ["Ours", "Ours › Coast"]
    by_the_owner(office, "INSERT INTO identity.unit SELECT * FROM aside")
    assert process.units()[-1] == "Ours › Coast › South"
