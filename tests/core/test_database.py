"""The database repeats the walls: a transaction works in one zone and can touch nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.access import Access, Grant, NotAllowed, access_of, require
from core.audit import Action, Purpose, audited_entries, record
from core.database import Database, DatabaseDown, Zone, connect, go_on_for
from core.models import Operation
from core.permissions import Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster


def test_the_program_is_nobody_outside_a_zone(database: Database) -> None:
    with database.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("SELECT * FROM core.operation"))


def test_audit_lines_take_actor_zone_and_operation_from_the_transaction(database: Database) -> None:
    with database.transaction(Zone.CASEWORK, operation="TEST", actor="amal") as session:
        record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=3)
    with database.transaction(Zone.AUDIT) as session:
        [entry] = audited_entries(session)
        assert (entry.actor, entry.zone, entry.operation, entry.count) == ("amal", "waystation_casework", "TEST", 3)


CHANGES = ["UPDATE core.audit_entry SET actor = 'x'", "DELETE FROM core.audit_entry", "TRUNCATE core.audit_entry"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("zone", list(Zone))
def test_nobody_can_change_the_audit_log(database: Database, zone: Zone, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction(zone) as session:
        session.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_of_the_tables_changes_the_audit_log_unawares(
    cluster: EmbeddedCluster, database_name: str, change: str
) -> None:
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    with owner.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(change))
    owner.close()


def test_a_connection_that_ended_meanwhile_is_replaced_before_anything_is_done_on_it(
    database: Database, cluster: EmbeddedCluster, database_name: str
) -> None:
    process = text("SELECT pg_backend_pid()")
    with database.transaction(Zone.CASEWORK) as session:
        ended = session.scalar(process)
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    with owner.engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:process, 10000)"), {"process": ended})
    owner.close()
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        assert session.scalar(process) != ended
        assert session.scalar(text("SELECT current_user || ' ' || current_setting('waystation.operation')")) == (
            "waystation_casework TEST"
        )


def test_after_a_restart_no_connection_of_the_pool_is_trusted(
    database: Database, cluster: EmbeddedCluster, database_name: str
) -> None:
    process = text("SELECT pg_backend_pid()")
    with database.transaction(Zone.CASEWORK) as one, database.transaction(Zone.CASEWORK) as other:
        ended = [one.scalar(process), other.scalar(process)]
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    with owner.engine.connect() as connection:
        for each in ended:
            assert connection.scalar(text("SELECT pg_terminate_backend(:process, 10000)"), {"process": each})
    owner.close()
    with database.transaction(Zone.CASEWORK) as one, database.transaction(Zone.CASEWORK) as other:
        assert not {one.scalar(process), other.scalar(process)} & set(ended)


def test_the_program_that_found_out_whom_it_works_for_goes_on_for_them(database: Database) -> None:
    """As signing in does: what follows sees what they may see, and bears their name, a denial too."""
    amal = Access("amal", "TEST", (Grant(Role.CASEWORKER, team="north"),))
    settings = text("SELECT current_user, current_setting('waystation.reach'), current_setting('waystation.operation')")

    def go_on(session: Session) -> None:
        record(session, Action.READ, "before", purpose=Purpose.SECURITY)
        go_on_for(session, amal)
        record(session, Action.READ, "after", purpose=Purpose.SECURITY)

    def go_too_far(session: Session) -> None:
        go_on(session)
        require(session, Right.MANAGE_ACCOUNTS, subject="beyond")

    with database.transaction(Zone.CASEWORK, actor="sign-in") as session:
        go_on(session)
        assert session.execute(settings).one() == ("waystation_casework", amal.reach, "TEST")
        assert access_of(session) is amal
    with pytest.raises(NotAllowed), database.transaction(Zone.CASEWORK, actor="sign-in") as session:
        go_too_far(session)
    with database.transaction(Zone.AUDIT) as session:
        told = [(line.action, line.subject, line.actor, line.operation) for line in reversed(audited_entries(session))]
    assert told == [("read", "before", "sign-in", ""), ("read", "after", "amal", "TEST"), ("denied", "beyond", "amal", "TEST")]


def test_what_was_loaded_before_is_not_theirs_to_see(database: Database) -> None:
    with database.transaction(Zone.COLLECTION, operation="TEST") as session:
        held = session.get_one(Operation, "TEST")
        go_on_for(session, Access("amal", "TEST"))
        assert held not in session


def test_neither_role_nor_reach_outlives_a_transaction(database: Database) -> None:
    with database.transaction(Zone.CASEWORK, operation="TEST"):
        pass
    with database.engine.connect() as connection:
        left = text("SELECT current_user = session_user, current_setting('waystation.reach', true)")
        assert tuple(connection.execute(left).one()) == (True, "")


def test_a_server_that_does_not_answer_is_said_plainly() -> None:
    with pytest.raises(DatabaseDown, match="Start the server"):
        connect("postgresql://nobody@/nowhere?host=/nonexistent")
