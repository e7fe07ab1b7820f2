"""The registers of impact assessments and breaches: nothing is overwritten, what is due comes first, what it says is sealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.keys.key_tables import KEY_TABLES
from core.access import Access, Grant, NotAllowed
from core.audit import audited_entries
from core.clock import now
from core.database import Database, Zone, connect
from core.keys.keyring import KeyRing
from core.keys.wrapped_keys import Slice, check_batch, count_by_version, rewrap_batch
from core.permissions import PERMISSIONS, Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.registers import (
    TIME_TO_TELL,
    Assessment,
    Breach,
    EntryMoved,
    EntryUnknown,
    Risk,
    add_entry,
    entry_history,
    list_entries,
    page_entries,
)
from core.sealing.envelope import CiphertextRefused

ASSESSMENT = Assessment(
    title="Names across scripts",
    purposes=["assistance", "statistics"],
    legal_basis="vital interests",
    risks="Quintessa Reporter might be found by her name.",
    measures="compound tokens only",
    residual_risk=Risk.LOW,
    decided_by="the data protection officer",
    review_on=(now() + timedelta(days=300)).date(),
)
BREACH = Breach("Lost telephone", "A telephone was left in a bus.", "yesterday", now() - timedelta(hours=10), 12)


@contextmanager
def officer(database: Database, role: Role = Role.DATA_PROTECTION_OFFICER, operation: str = "TEST") -> Iterator[Session]:
    with database.transaction(Zone.AUDIT, access=Access("dina", operation, (Grant(role),))) as session:
        yield session


def test_an_entry_is_read_as_it_was_written(database: Database, ring: KeyRing) -> None:
    breach = replace(BREACH, authority_told_at=now(), persons_told_at=now(), told="the authority, by letter")
    with officer(database) as session:
        add_entry(session, ring, ASSESSMENT)
        add_entry(session, ring, breach)
    with officer(database) as session:
        [assessment] = list_entries(session, ring, Assessment)
        [kept] = list_entries(session, ring, Breach)
    assert (assessment.content, assessment.version, assessment.recorded_by) == (ASSESSMENT, 1, "dina")
    assert kept.content == breach


def test_a_correction_is_a_new_version_and_the_old_one_stays(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        first = add_entry(session, ring, BREACH)
        second = add_entry(session, ring, replace(BREACH, records=15), after=first)
        [listed] = list_entries(session, ring, Breach)
        history = entry_history(session, ring, Breach, first.id)
    assert listed == second
    assert [(it.version, it.content.records) for it in history] == [(2, 15), (1, 12)]


def test_two_who_add_to_the_same_version_do_not_overwrite_each_other(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        first = add_entry(session, ring, BREACH)
        add_entry(session, ring, BREACH, after=first)
    with pytest.raises(EntryMoved), officer(database) as session:
        add_entry(session, ring, BREACH, after=first)


def test_what_is_overdue_comes_first_and_what_is_done_last(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        done = add_entry(session, ring, replace(BREACH, authority_told_at=now()))
        running = add_entry(session, ring, BREACH)
        late = add_entry(session, ring, replace(BREACH, noticed_at=now() - TIME_TO_TELL))
        closed = add_entry(session, ring, replace(BREACH, closed_at=now()))
        listed = list_entries(session, ring, Breach)
    assert [it.id for it in listed] == [late.id, running.id, closed.id, done.id]
    assert [it.overdue for it in listed] == [True, False, False, False]


def test_they_are_listed_page_by_page_in_the_same_order(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        for hours in range(5):
            add_entry(session, ring, replace(BREACH, noticed_at=now() - timedelta(hours=hours)))
        whole = list_entries(session, ring, Breach)
        first = page_entries(session, ring, Breach, size=3)
        second = page_entries(session, ring, Breach, after=first.following, size=3)
    assert [*first.rows, *second.rows] == whole
    assert (len(first.rows), second.following) == (3, None)


def test_a_review_that_is_due_is_overdue(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        add_entry(session, ring, ASSESSMENT)
        add_entry(session, ring, replace(ASSESSMENT, review_on=now().date()))
        assert [it.overdue for it in list_entries(session, ring, Assessment)] == [True, False]


def test_the_clock_runs_seventy_two_hours_from_noticing() -> None:
    assert BREACH.due == BREACH.noticed_at + timedelta(hours=72)


def test_an_entry_that_is_not_there_is_said_plainly(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        breach = add_entry(session, ring, BREACH)
        for kind, entry in ((Breach, uuid4()), (Assessment, breach.id)):
            with pytest.raises(EntryUnknown):
                entry_history(session, ring, kind, entry)


class TestWalls:
    """Who keeps them, where they can be read, and what a thief or a tamperer gets."""

    @pytest.mark.parametrize("role", list(Role))
    def test_registers_open_for_those_who_keep_them(self, database: Database, ring: KeyRing, role: Role) -> None:
        if role in PERMISSIONS[Right.KEEP_REGISTERS]:
            with officer(database, role) as session:
                assert add_entry(session, ring, BREACH).version == 1
        else:
            for attempt in (
                lambda session: add_entry(session, ring, BREACH),
                lambda session: list_entries(session, ring, Breach),
                lambda session: entry_history(session, ring, Breach, uuid4()),
            ):
                with pytest.raises(NotAllowed), officer(database, role) as session:
                    attempt(session)

    def test_each_operation_has_its_own(self, database: Database, ring: KeyRing) -> None:
        with officer(database) as session:
            add_entry(session, ring, BREACH)
        with officer(database, operation="OTHER") as session:
            assert list_entries(session, ring, Breach) == []

    @pytest.mark.parametrize("zone", [zone for zone in Zone if zone is not Zone.AUDIT])
    def test_other_zones_cannot_see_them(self, database: Database, zone: Zone) -> None:
        with pytest.raises(DBAPIError, match="permission denied"), database.transaction(zone) as session:
            session.execute(text("SELECT * FROM core.register_entry"))

    def test_free_text_is_sealed(self, database: Database, ring: KeyRing) -> None:
        with officer(database) as session:
            add_entry(session, ring, ASSESSMENT)
            [row] = session.execute(text("SELECT r::text AS stored, content FROM core.register_entry r")).all()
        assert "Quintessa" not in row.stored
        assert b"Quintessa" not in row.content

    @pytest.mark.parametrize("change", ["UPDATE core.register_entry SET due = NULL", "DELETE FROM core.register_entry"])
    def test_nothing_is_changed_or_removed(
        self, database: Database, cluster: EmbeddedCluster, database_name: str, change: str
    ) -> None:
        with pytest.raises(DBAPIError, match="permission denied"), officer(database) as session:
            session.execute(text(change))
        owner = connect(cluster.url(ADMINISTRATOR, database_name))
        with owner.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(change))
        owner.close()

    def test_it_opens_under_a_new_wrapping_of_its_keys(self, database: Database, ring: KeyRing) -> None:
        with officer(database) as session:
            first = add_entry(session, ring, BREACH)
            add_entry(session, ring, replace(BREACH, records=99), after=first)
        newer = KeyRing({**ring.keys, ring.current + 1: bytes(32)}, ring.token_secret)
        [table] = (table for table in KEY_TABLES if table.name == "core.register_entry")
        with database.transaction(Zone.KEYS) as session:
            assert rewrap_batch(session, newer, table, Slice(), None).count == 2
            assert count_by_version(session, table) == {newer.current: 2}
            assert check_batch(session, newer, table, None).refused == []
        with officer(database) as session:
            history = entry_history(session, newer, Breach, first.id)
        assert [entry.content.records for entry in history] == [99, BREACH.records]

    def test_a_version_put_in_anothers_place_does_not_open(
        self, database: Database, cluster: EmbeddedCluster, database_name: str, ring: KeyRing
    ) -> None:
        with officer(database) as session:
            first = add_entry(session, ring, BREACH)
            add_entry(session, ring, replace(BREACH, records=99), after=first)
        self._swap_versions(connect(cluster.url(ADMINISTRATOR, database_name)), first.id)
        with pytest.raises(CiphertextRefused, match=str(first.id)), officer(database) as session:
            list_entries(session, ring, Breach)

    def _swap_versions(self, owner: Database, entry: UUID) -> None:
        with owner.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for new, old in ((9, 1), (1, 2), (2, 9)):
                change = text("UPDATE core.register_entry SET version = :new WHERE id = :entry AND version = :old")
                connection.execute(change, {"new": new, "old": old, "entry": entry})
        owner.close()


def test_entering_and_reading_leave_lines(database: Database, ring: KeyRing) -> None:
    with officer(database) as session:
        kept = add_entry(session, ring, BREACH)
        list_entries(session, ring, Breach)
    with database.transaction(Zone.AUDIT) as session:
        _, read, entered = audited_entries(session, newest=3)  # the newest: that it is on the sealed list
    assert (entered.action, entered.subject) == ("registered", f"core.register_entry:{kept.id}")
    assert (read.action, read.count, read.detail) == ("read", 1, {"register": "breach"})
