"""Lines are written without a lock and linked afterwards, each once; what was sealed verifies."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.audit import Action, Purpose, record
from core.audit_chain import PURPOSE, Head, read_heads
from core.audit_verify import Finding, start_walk, verify_log, walk_on
from core.database import Zone
from core.postgres.driver_connection import driver_connection
from core.sealing.signatures import verification_key
from tests.core.test_audit_chain.conftest import LINES, Log


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
            driver_connection(session).send_what_waits()
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
            driver_connection(late).send_what_waits()
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
