"""The statistics layer: written once by the release zone, read by a zone that can use nothing else."""

from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.audit import audited_entries
from core.database import Database, Zone
from exports import Release, list_releases, publish_release, released_cells, released_codes
from exports.errors import AlreadyReleased


@pytest.fixture
def published(database: Database, release: Release) -> Database:
    """A database in which the release stands."""
    with database.transaction(Zone.RELEASE, operation="TEST", actor="amal") as session:
        publish_release(session, release)
    return database


def test_the_world_reads_what_was_released_and_no_more(published: Database, release: Release) -> None:
    with published.transaction(Zone.STATISTICS) as session:
        [standing] = list_releases(session)
        assert (standing.period, standing.sha256) == (release.edition.now.period, release.sha256)
        for table in release.edition.now.tables:
            assert released_cells(session, standing.number, table.name) == table.cells


def test_every_dimension_comes_with_its_hierarchy(published: Database, release: Release) -> None:
    with published.transaction(Zone.STATISTICS) as session:
        codes = released_codes(session, list_releases(session)[0].number)
    assert set(codes) == {"origin", "destination", "reason", "sex", "age"}
    destination = release.edition.table("arrivals").dimensions[0]
    assert {each.code: each.parent for each in codes["destination"]} == destination.parents
    assert next(each.names["ar"] for each in codes["reason"] if each.code == "flood") == "الفيضان"


def test_publishing_leaves_a_line_in_the_audit_log(published: Database, release: Release) -> None:
    with published.transaction(Zone.AUDIT) as session:
        [entry] = audited_entries(session)
    assert (entry.action, entry.actor, entry.operation) == ("released", "amal", "TEST")
    assert entry.detail["sha256"] == release.sha256


def test_the_same_release_again_changes_nothing(published: Database, release: Release) -> None:
    with published.transaction(Zone.RELEASE, operation="TEST") as session:
        publish_release(session, release)
        assert len(list_releases(session)) == 1


def test_another_release_of_the_same_week_is_refused(published: Database, release: Release) -> None:
    other = replace(release, sha256="0" * 64)
    with pytest.raises(AlreadyReleased), published.transaction(Zone.RELEASE, operation="TEST") as session:
        publish_release(session, other)


def test_nobody_changes_what_was_released(published: Database) -> None:
    for zone, change in product(Zone, ("UPDATE statistics.released_cell SET number = 1", "DELETE FROM statistics.release")):
        with pytest.raises(DBAPIError, match="permission denied"), published.transaction(zone) as session:
            session.execute(text(change))


def test_the_statistics_zone_may_use_its_own_schema_alone(database: Database) -> None:
    with database.transaction(Zone.STATISTICS) as session:
        usable = session.scalars(
            text(
                "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(current_user, oid, 'USAGE') "
                "AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
            )
        )
        assert set(usable) == {"statistics"}


def test_a_suppressed_cell_with_a_figure_cannot_be_stored(published: Database) -> None:
    with pytest.raises(DBAPIError, match="suppressed_has_no_number"), published.transaction(Zone.RELEASE) as session:
        session.execute(text("INSERT INTO statistics.released_cell SELECT number, 'x', '{a}', 3, 'C' FROM statistics.release"))
