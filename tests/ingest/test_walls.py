"""The database repeats the walls: by zone, by operation, and by the place where a ciphertext belongs."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from core.audit import Action, Purpose, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.sealing.envelope import CiphertextRefused
from ingest import awaiting_submissions, quarantined, read_quarantined, read_submission
from ingest.collectors import add_collector, find_collector
from ingest.errors import KeyDestroyed, QuarantineEntryUnknown, SubmissionUnknown
from ingest.models import Attachment, Quarantine, Submission
from ingest.sources import Kind, add_source

TABLES = ("submission", "attachment", "quarantine", "record_key", "collector")


@pytest.fixture
def administrator(cluster: EmbeddedCluster, database_name: str) -> Iterator[Connection]:
    """Someone with all rights over the tables, as an intruder on the database server would have."""
    engine = create_engine(cluster.url(ADMINISTRATOR, database_name), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("column", [Submission.xml, Attachment.content, Attachment.label, Quarantine.content])
def test_the_door_cannot_read_back_what_it_took_in(household: Any, column: Any) -> None:
    household.send(household.answers(), [household.photo("a.jpg")])
    with pytest.raises(ProgrammingError, match="permission denied"), household.zone(Zone.COLLECTION) as session:
        session.scalars(select(column)).all()


def test_the_door_may_count_what_awaits_and_what_lies_in_quarantine(household: Any) -> None:
    receipt = household.send(household.answers())
    household.send(b"unreadable")
    with household.zone(Zone.COLLECTION) as session:
        assert awaiting_submissions(session, "TEST", 10) == [receipt.submission_id]
        assert [entry.code for entry in quarantined(session, "TEST")] == ["INGEST-001"]


@pytest.mark.parametrize("zone", [Zone.ANONYMIZER, Zone.RELEASE, Zone.STATISTICS, Zone.AUDIT])
@pytest.mark.parametrize("table", TABLES)
def test_no_other_zone_reaches_what_arrived(household: Any, zone: Zone, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), household.zone(zone) as session:
        session.execute(text(f"SELECT count(*) FROM ingest.{table}"))


def test_casework_may_move_a_submission_on_but_not_rewrite_it(household: Any) -> None:
    household.send(household.answers())
    with pytest.raises(ProgrammingError, match="permission denied"), household.zone(Zone.CASEWORK) as session:
        session.execute(update(Submission).values(xml=b""))


@pytest.mark.parametrize("table", TABLES)
def test_the_door_deletes_nothing(household: Any, table: str) -> None:
    """Casework may, for erasures."""
    with pytest.raises(ProgrammingError, match="permission denied"), household.zone(Zone.COLLECTION) as session:
        session.execute(text(f"DELETE FROM ingest.{table}"))


def test_one_operation_does_not_see_what_another_received(household: Any) -> None:
    receipt = household.send(household.answers(), [household.photo("a.jpg")])
    household.send(b"unreadable")
    with household.zone(Zone.CASEWORK, "OTHER") as session:
        assert quarantined(session, "TEST") == []
        assert session.scalars(select(Attachment.id)).all() == []
        with pytest.raises(SubmissionUnknown):
            read_submission(session, household.ring, receipt.submission_id, purpose=Purpose.ASSISTANCE)
        with pytest.raises(QuarantineEntryUnknown):
            read_quarantined(session, household.ring, uuid4(), purpose=Purpose.ASSISTANCE)


def test_what_was_pulled_is_of_its_sources_operation_whoever_writes_it(household: Any, administrator: Connection) -> None:
    with household.zone(Zone.COLLECTION) as session:
        asked = {"address": "https://kobo.example.org", "asset": "a", "form_id": "household", "token": "t", "kind": Kind.KOBO}
        source = add_source(session, household.ring, "TEST", **asked)
    administrator.execute(text("INSERT INTO core.operation (code, names) VALUES ('OTHER', '{}')"))
    pulled = text("INSERT INTO ingest.pulled (source, number, operation, version) VALUES (:source, :number, :operation, '')")
    administrator.execute(pulled, {"source": source.id, "number": uuid4(), "operation": "TEST"})
    for of, operation in ((source.id, "OTHER"), (source.id, "NONE"), (uuid4(), "TEST")):
        with pytest.raises(IntegrityError, match="fk_pulled_source_operation"):
            administrator.execute(pulled, {"source": of, "number": uuid4(), "operation": operation})


def test_a_ciphertext_moved_to_another_row_does_not_open(household: Any, administrator: Connection) -> None:
    receipts = [household.send(household.answers(f"uuid:{number}"), [household.photo("a.jpg")]) for number in range(2)]
    first, second = ({"id": receipt.submission_id} for receipt in receipts)
    move = "UPDATE ingest.{0} SET {1} = (SELECT {1} FROM ingest.{0} WHERE {2} = '{3}') WHERE {2} = '{4}'"
    administrator.execute(text(move.format("submission", "xml", "id", second["id"], first["id"])))
    with pytest.raises(CiphertextRefused):
        household.read(receipts[0])
    for column in ("version", "sealed", "commitment"):
        administrator.execute(text(move.format("record_key", column, "record", second["id"], first["id"])))
    with pytest.raises(CiphertextRefused):  # not even together with its key
        household.read(receipts[0])
    administrator.execute(text(move.format("attachment", "content", "owner", first["id"], second["id"])))
    with pytest.raises(CiphertextRefused):
        household.read(receipts[1])


def test_without_its_key_a_submission_is_gone(household: Any, administrator: Connection) -> None:
    receipt = household.send(household.answers())
    administrator.execute(text("DELETE FROM ingest.record_key"))
    with pytest.raises(KeyDestroyed):
        household.read(receipt)


def test_every_reading_leaves_a_line(household: Any) -> None:
    receipt = household.send(household.answers())
    household.send(b"unreadable")
    household.read(receipt)
    household.quarantine()
    with household.zone(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.READ)
        assert [line.subject.split(":")[0] for line in lines] == ["ingest.quarantine", "ingest.quarantine", "ingest.submission"]
        assert lines[-1].purpose == "assistance"


def test_no_answer_and_no_file_name_lies_in_the_tables_in_clear(household: Any, administrator: Connection) -> None:
    household.send(household.answers("uuid:CANARY-1", body="<photo>CANARY-2.jpg</photo>"), [household.photo("CANARY-2.jpg")])
    household.send(b"CANARY-3", [household.photo("CANARY-4.jpg")])
    for table in TABLES:
        rows = administrator.execute(text(f"SELECT * FROM ingest.{table}")).all()
        assert not any(
            b"CANARY" in (value if isinstance(value, bytes) else str(value).encode()) for row in rows for value in row
        )


class TestCollectors:
    def test_a_collector_is_recognised_by_its_token_before_any_operation_is_known(self, database: Database) -> None:
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            token = add_collector(session, "TEST", "tablet 7")
        with database.transaction(Zone.COLLECTION) as session:
            collector = find_collector(session, token)
        assert collector is not None
        assert (collector.operation, collector.name) == ("TEST", "tablet 7")

    def test_a_wrong_token_finds_nobody(self, database: Database) -> None:
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            add_collector(session, "TEST", "tablet 7")
            assert find_collector(session, "guess") is None

    def test_the_token_itself_is_not_kept(self, database: Database, administrator: Connection) -> None:
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            token = add_collector(session, "TEST", "tablet 7")
        assert token not in str(administrator.execute(text("SELECT * FROM ingest.collector")).all())

    def test_presenting_one_token_shows_no_other_collector(self, database: Database) -> None:
        with database.transaction(Zone.COLLECTION, operation="TEST") as session:
            tokens = [add_collector(session, "TEST", name) for name in ("one", "two")]
        with database.transaction(Zone.COLLECTION) as session:
            find_collector(session, tokens[0])
            assert session.scalars(text("SELECT name FROM ingest.collector")).all() == ["one"]


def test_an_older_key_still_takes_further_files(household: Any, ring: KeyRing) -> None:
    """After a new key-encryption key was added, files of a submission that came before it still join it."""
    xml = household.answers(body="<photo>a.jpg</photo>")
    first = household.send(xml)
    grown = KeyRing({**ring.keys, 2: bytes(32)}, ring.token_secret)
    assert type(household)(household.database, grown).send(xml, [household.photo("a.jpg")]).complete
    assert household.read(first).files == (household.photo("a.jpg"),)
