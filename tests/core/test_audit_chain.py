"""The audit log is chained and signed: whoever changes it, be it the owner of the tables with triggers off, is found out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.audit import Action, Purpose, record
from core.audit_chain import GENESIS, LINE, PURPOSE, Head, HeadsAhead, HeadsUnreadable, export_heads, link, read_heads, seal_log
from core.audit_verify import Fault, Finding, Verified, start_walk, verify_log, walk_on
from core.database import Database, Zone, connect
from core.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.keyring import KeyRing
from core.signatures import verification_key

LINES = 12


@dataclass
class Log:
    """The audit log of one database, its owner at hand, and the heads exported to a file."""

    database: Database
    owner: Database
    ring: KeyRing
    file: Path

    def write(self, count: int, actor: str = "amal") -> None:
        with self.database.transaction(Zone.CASEWORK, operation="TEST", actor=actor) as session:
            for number in range(count):
                detail = {"parts": ["identity"], "records": number}
                record(session, Action.READ, f"casework.person:{number}", purpose=Purpose.ASSISTANCE, detail=detail)

    def seal(self, ring: KeyRing | None = None) -> int:
        with self.database.transaction(Zone.AUDIT, actor="sealing") as session:
            return seal_log(session, ring or self.ring)

    def seal_all(self) -> None:
        """Seal until nothing is left: a vacuum of the server may hold a sealing back for a moment."""
        while self.verify()[0].unsealed:
            self.seal()

    def export(self) -> int:
        with self.database.transaction(Zone.AUDIT, actor="sealing") as session:
            return export_heads(session, self.ring, self.file)

    def verify(self) -> tuple[Verified, list[Finding]]:
        found: list[Finding] = []
        key = verification_key(self.ring, PURPOSE)
        with self.database.transaction(Zone.AUDIT, actor="auditor") as session:
            return verify_log(session, key, read_heads(self.file), found.append), found

    def faults(self) -> set[Fault]:
        return {finding.fault for finding in self.verify()[1]}

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction of the owner of the tables in which no trigger fires."""
        with self.owner.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection

    def tamper(self, *statements: str) -> None:
        with self.tampering() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def numbers(self) -> list[int]:
        with self.tampering() as connection:
            return list(connection.scalars(text("SELECT line FROM core.audit_link ORDER BY position")))

    def after(self, *statements: str, then: Callable[[Connection], None] | None = None) -> list[Finding]:
        """What verifying finds after these changes, which are undone again."""
        found: list[Finding] = []
        with self.tampering() as connection:
            for statement in statements:
                connection.execute(text(statement))
            if then:
                then(connection)
            with Session(connection) as session:
                verify_log(session, verification_key(self.ring, PURPOSE), read_heads(self.file), found.append)
            connection.rollback()
        return found

    def write_and_fail(self) -> None:
        """A line whose transaction is undone: its number stays unused."""
        with self.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE)
            session.execute(text("SELECT 1 / 0"))

    def seal_and_fail(self) -> None:
        with self.database.transaction(Zone.AUDIT) as session:
            seal_log(session, self.ring)
            session.execute(text("SELECT 1 / 0"))


def make_chain_anew(connection: Connection) -> None:
    """What an intruder without the key ring can do: compute every digest again, for the lines as they are now."""
    digest = GENESIS
    lines = f"SELECT l.position, {LINE} FROM core.audit_link l JOIN core.audit_entry e ON e.number = l.line ORDER BY l.position"
    for position, *line in connection.execute(text(lines)).all():
        digest = link(digest, line)
        change = text("UPDATE core.audit_link SET digest = :digest WHERE position = :position")
        connection.execute(change, {"digest": digest, "position": position})


def swap(table: str, column: str, one: int, two: int) -> list[str]:
    return [f"UPDATE core.{table} SET {column} = {b} WHERE {column} = {a}" for a, b in ((one, 0), (two, one), (0, two))]


def again(times: int) -> settings:
    """So many examples over one log: what each changes is undone."""
    return settings(max_examples=times, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def log(database: Database, cluster: EmbeddedCluster, database_name: str, ring: KeyRing, tmp_path: Path) -> Iterator[Log]:
    """A log with lines sealed in two goes, its heads exported."""
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    made = Log(database, owner, ring, tmp_path / "heads.jsonl")
    for _ in range(2):
        made.write(LINES // 2)
        made.seal_all()
    made.export()
    yield made
    owner.close()


class TestSealing:
    """Lines are written without a lock and linked afterwards, each once."""

    def test_a_sealed_log_verifies(self, log: Log) -> None:
        done, found = log.verify()
        assert (found, done.sealed, done.unsealed, done.heads) == ([], LINES, 0, done.exported)
        assert done.heads >= 2

    def test_sealing_again_does_nothing(self, log: Log) -> None:
        assert log.seal() == 0
        assert log.export() == 0

    def test_a_line_of_a_transaction_that_still_runs_waits_and_holds_up_nobody_before_it(self, log: Log) -> None:
        with log.database.transaction(Zone.CASEWORK, operation="TEST", actor="slow") as session:
            record(session, Action.READ, "casework.person:slow", purpose=Purpose.ASSISTANCE)
            log.write(1, actor="quick")  # a later transaction, over before: it must wait as well, so that none is passed over
            log.seal()
        log.seal_all()
        done, found = log.verify()
        assert (found, done.sealed) == ([], LINES + 2)

    def test_a_line_committed_late_is_linked_late_and_is_no_fault(self, log: Log) -> None:
        first_to_end = ExitStack()
        first = first_to_end.enter_context(log.database.transaction(Zone.CASEWORK, operation="TEST", actor="first"))
        first.execute(text("SELECT pg_current_xact_id()"))
        with log.database.transaction(Zone.CASEWORK, operation="TEST", actor="late") as late:
            record(late, Action.READ, "casework.person:late", purpose=Purpose.ASSISTANCE)
            record(first, Action.READ, "casework.person:first", purpose=Purpose.ASSISTANCE)
            first_to_end.close()
            assert log.seal() == 1
        log.seal_all()
        numbers = log.numbers()
        assert numbers[-1] < numbers[-2]
        assert log.verify()[1] == []

    def test_verifying_while_others_write_seal_and_export_finds_nothing(self, log: Log) -> None:
        def exported_meanwhile() -> Iterator[Head]:
            known = list(read_heads(log.file))
            yield from known
            log.write(3)
            while not log.seal():
                pass
            log.export()
            yield from list(read_heads(log.file))[len(known) :]

        found: list[Finding] = []
        with log.database.transaction(Zone.AUDIT) as session:
            done = verify_log(session, verification_key(log.ring, PURPOSE), exported_meanwhile(), found.append)
        assert (found, done.sealed) == ([], LINES)

    def test_exporting_at_once_appends_each_head_once_and_in_order(self, log: Log) -> None:
        log.file.unlink()
        at_once = [Thread(target=log.export) for _ in range(4)]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        positions = [head.position for head in read_heads(log.file)]
        assert positions == sorted(set(positions))
        assert log.verify()[1] == []

    def test_two_at_once_link_each_line_once(self, log: Log) -> None:
        log.write(500)
        at_once = [Thread(target=log.seal) for _ in range(4)]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        log.seal_all()
        done, found = log.verify()
        assert (found, done.sealed) == ([], LINES + 500)

    def test_a_sealing_that_fails_leaves_nothing(self, log: Log) -> None:
        log.write(1)
        with pytest.raises(DBAPIError):
            log.seal_and_fail()
        done, found = log.verify()
        assert (found, done.sealed, done.unsealed) == ([], LINES, 1)

    def test_lines_restored_from_a_server_whose_counter_stood_higher_are_sealed(self, log: Log) -> None:
        log.write(1)
        log.tamper(f"UPDATE core.audit_entry SET transaction = transaction + 1000000 WHERE number > {log.numbers()[-1]}")
        log.seal_all()
        assert log.verify()[0].sealed == LINES + 1


@pytest.mark.parametrize("most", [1, 2, 5, 100])
@pytest.mark.parametrize(
    "tampering", ["SELECT 1", "UPDATE core.audit_entry SET actor = 'x' WHERE number = 7", "DELETE FROM core.audit_link"]
)
def test_verifying_in_pieces_finds_what_verifying_at_once_finds(log: Log, most: int, tampering: str) -> None:
    log.write(4)
    log.seal_all()
    log.export()
    log.write(2)
    log.tamper(tampering)
    whole, found = log.verify()
    pieces: list[Finding] = []
    with log.database.transaction(Zone.AUDIT, actor="auditor") as session:
        walk = start_walk(session)
        while not walk.finished:
            walk_on(session, walk, verification_key(log.ring, PURPOSE), read_heads(log.file), pieces.append, most=most)
    assert (pieces, walk.done) == (found, whole)


class TestTampering:
    """As the owner of the tables, with triggers off."""

    COLUMNS = ("at", "actor", "zone", "operation", "action", "subject", "purpose", "count", "detail", "transaction")
    OTHERWISE: ClassVar = {
        "at": "at - interval '1 us'",
        "count": "count + 1",
        "transaction": "transaction - 1",
        "detail": "detail || jsonb_build_object('parts', 1)",
    }

    @pytest.mark.parametrize("gone", [0, 1])
    def test_a_head_taken_out_between_two_is_found_without_the_exported_copy(self, log: Log, gone: int) -> None:
        for _ in range(2):
            log.write(3)
            log.seal_all()
        log.file.unlink()
        with log.tampering() as connection:
            positions = list(connection.scalars(text("SELECT position FROM core.audit_head ORDER BY position")))
        found = log.after(f"DELETE FROM core.audit_head WHERE position = {positions[gone]}")
        assert [(it.fault, it.first, it.of_positions) for it in found] == [(Fault.HEAD_GONE, positions[gone], True)]

    def test_neither_does_it_help_to_make_the_next_head_forget_it(self, log: Log) -> None:
        log.write(3)
        log.seal_all()
        found = log.after("UPDATE core.audit_head SET previous = NULL")
        assert {it.fault for it in found} == {Fault.HEAD_FORGED}

    @again(25)
    @given(place=st.integers(0, LINES - 1), column=st.sampled_from(COLUMNS))
    def test_a_changed_field_is_found_and_its_line_named(self, log: Log, place: int, column: str) -> None:
        number = log.numbers()[place]
        otherwise = self.OTHERWISE.get(column, f"{column} || 'x'")
        found = log.after(f"UPDATE core.audit_entry SET {column} = {otherwise} WHERE number = {number}")
        assert [(it.fault, it.first, it.last) for it in found] == [(Fault.CHANGED, number, number)]

    @again(10)
    @given(place=st.integers(0, LINES - 1))
    def test_a_removed_line_is_found_and_named(self, log: Log, place: int) -> None:
        number = log.numbers()[place]
        found = log.after(f"DELETE FROM core.audit_entry WHERE number = {number}")
        assert [(it.fault, it.first) for it in found] == [(Fault.MISSING, number)]

    @again(10)
    @given(places=st.lists(st.integers(0, LINES - 1), min_size=2, max_size=2, unique=True))
    def test_two_swapped_lines_are_found_and_named(self, log: Log, places: list[int]) -> None:
        one, two = (log.numbers()[place] for place in places)
        found = log.after(
            "ALTER TABLE core.audit_entry ALTER COLUMN number SET GENERATED BY DEFAULT",
            *swap("audit_entry", "number", one, two),
        )
        assert sorted((it.fault, it.first) for it in found) == sorted((Fault.CHANGED, number) for number in (one, two))

    @again(10)
    @given(places=st.lists(st.integers(0, LINES - 1), min_size=2, max_size=2, unique=True))
    def test_swapped_links_are_found(self, log: Log, places: list[int]) -> None:
        one, two = (log.numbers()[place] for place in places)
        found = log.after(*swap("audit_link", "line", one, two))
        assert {(Fault.CHANGED, one), (Fault.CHANGED, two)} <= {(it.fault, it.first) for it in found}

    @pytest.mark.parametrize("transaction", ["transaction", "pg_current_xact_id()::text::bigint", "0"])
    @pytest.mark.parametrize("sealed", [False, True])
    def test_a_line_slipped_in_between_is_found(self, log: Log, transaction: str, sealed: bool) -> None:
        """A number that was given out and never used is the only place for it, and its time is over."""
        with pytest.raises(DBAPIError):
            log.write_and_fail()
        unused = log.numbers()[-1] + 1
        log.write(1)
        log.seal_all()
        columns = "at, actor, zone, operation, action, subject, purpose, count, detail"
        log.tamper(
            f"INSERT INTO core.audit_entry (number, {columns}, transaction) OVERRIDING SYSTEM VALUE "
            f"SELECT {unused}, {columns}, {transaction} FROM core.audit_entry ORDER BY number LIMIT 1"
        )
        if sealed:
            log.seal()
        assert (Fault.ADDED, unused) in {(it.fault, it.first) for it in log.verify()[1]}

    @again(10)
    @given(place=st.integers(0, LINES - 1))
    def test_a_changed_digest_is_found(self, log: Log, place: int) -> None:
        number = log.numbers()[place]
        found = log.after(f"UPDATE core.audit_link SET digest = sha256(digest) WHERE line = {number}")
        assert (Fault.CHANGED, number) in {(it.fault, it.first) for it in found}

    @again(10)
    @given(place=st.integers(0, LINES - 1))
    def test_a_chain_made_anew_over_a_changed_line_disagrees_with_its_signed_heads(self, log: Log, place: int) -> None:
        number = log.numbers()[place]
        found = log.after(f"UPDATE core.audit_entry SET actor = 'x' WHERE number = {number}", then=make_chain_anew)
        assert {it.fault for it in found} == {Fault.REWRITTEN}
        assert any(it.first <= number <= it.last for it in found)

    def test_heads_made_anew_without_the_key_are_forged(self, log: Log) -> None:
        log.tamper("DELETE FROM core.audit_link", "DELETE FROM core.audit_head")
        log.seal(KeyRing({1: bytes(32)}, bytes(32)))
        assert Fault.HEAD_FORGED in log.faults()

    def test_heads_made_anew_even_with_the_key_disagree_with_the_exported_ones(self, log: Log) -> None:
        log.tamper(
            "DELETE FROM core.audit_link",
            "DELETE FROM core.audit_head",
            f"UPDATE core.audit_entry SET actor = 'x' WHERE number = {log.numbers()[0]}",
        )
        log.seal_all()
        assert log.faults() == {Fault.REWRITTEN}

    @again(10)
    @given(kept=st.integers(0, LINES - 1))
    def test_a_cut_off_end_is_found_by_the_exported_heads(self, log: Log, kept: int) -> None:
        found = log.after(
            f"DELETE FROM core.audit_entry WHERE number IN (SELECT line FROM core.audit_link WHERE position > {kept})",
            f"DELETE FROM core.audit_link WHERE position > {kept}",
            f"DELETE FROM core.audit_head WHERE position > {kept}",
        )
        assert (Fault.CUT_OFF, kept + 1, LINES) in [(it.fault, it.first, it.last) for it in found]

    def test_a_log_that_was_cut_exports_nothing_until_somebody_looks(self, log: Log) -> None:
        log.tamper("DELETE FROM core.audit_link", "DELETE FROM core.audit_head")
        with pytest.raises(HeadsAhead, match="ends at 0"):
            log.export()

    def test_links_that_are_gone_are_found(self, log: Log) -> None:
        found = log.after("DELETE FROM core.audit_link WHERE position IN (4, 5)")
        assert (Fault.LINK_GONE, 4, 5) in [(it.fault, it.first, it.last) for it in found]

    def test_links_that_nobody_signed_are_found(self, log: Log) -> None:
        log.write(1)
        log.seal_all()
        assert [it.fault for it in log.after(f"DELETE FROM core.audit_head WHERE position > {LINES}")] == [Fault.UNSIGNED]

    CHANGES: tuple[Callable[[Head], Head], ...] = (
        lambda head: replace(head, digest=bytes(32)),
        lambda head: replace(head, position=head.position + 1),
        lambda head: replace(head, below=head.below + 1),
        lambda head: replace(head, signature=bytes(64)),
    )

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_forged_exported_head_is_found(self, log: Log, change: Callable[[Head], Head]) -> None:
        heads = list(read_heads(log.file))
        heads[-1] = change(heads[-1])
        log.file.write_text("".join(head.as_line("") + "\n" for head in heads))
        assert Fault.HEAD_FORGED in log.faults()

    def test_a_file_that_holds_no_heads_is_said_plainly(self, log: Log) -> None:
        log.file.write_text('{"position": 1}\n')
        with pytest.raises(HeadsUnreadable, match="line 1 is not a head"):
            log.verify()
        with pytest.raises(HeadsUnreadable):
            log.export()


class TestWalls:
    """Links and heads only grow, and only the audit zone adds them; nobody states who or when in a line."""

    @pytest.mark.parametrize("table", ["audit_link", "audit_head"])
    @pytest.mark.parametrize("change", ["UPDATE core.{} SET digest = ''", "DELETE FROM core.{}", "TRUNCATE core.{}"])
    def test_links_and_heads_only_grow(self, log: Log, table: str, change: str) -> None:
        for zone in Zone:
            with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
                session.execute(text(change.format(table)))
        with log.owner.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(change.format(table)))

    @pytest.mark.parametrize("zone", [zone for zone in Zone if zone is not Zone.AUDIT])
    def test_only_the_audit_zone_sees_or_adds_them(self, log: Log, zone: Zone) -> None:
        for attempt in ("SELECT * FROM core.audit_link", "INSERT INTO core.audit_link VALUES (99, 99, '')"):
            with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
                session.execute(text(attempt))

    @pytest.mark.parametrize("column", ["actor", "zone", "operation", "at", "transaction", "number"])
    def test_no_zone_states_who_where_or_when(self, log: Log, column: str) -> None:
        value = {"at": "now()", "transaction": "1", "number": "1"}.get(column, "'somebody'")
        add = (
            f"INSERT INTO core.audit_entry (action, subject, purpose, count, detail, {column}) OVERRIDING SYSTEM VALUE "
            f"VALUES ('read', 's', 'p', 1, '{{}}', {value})"
        )
        for zone in Zone:
            with pytest.raises(DBAPIError, match="permission denied"), log.database.transaction(zone) as session:
                session.execute(text(add))
