"""What an officer asks for is protected once, by whichever worker comes; one that is killed leaves it to the next."""

import base64
import json
import os
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from anonymizer import Population, ProtectedPeriod, asking, weeks
from app.program import Program
from app.releases.protect_asked import ask_as, asked_as, protect_asked, waiting_periods
from app.releases.release_period import PeriodNotOver, protect_week
from app.worker.pipeline import after_asking
from app.worker.tasks import PROTECT_AWAITING, build_worker
from core.access import Access
from core.audit import Action, audited_entries
from core.database import Zone
from tests.app.test_release_period import LAST, report
from tests.app.test_release_period import program as program  # noqa: PLC0414  (a fixture)
from tests.app.test_worker import broker as broker  # noqa: PLC0414  (a fixture)
from tests.app.test_worker import until_empty

OF_A_WEEK = set(Population) - {Population.CASELOAD}  # which is of a month's end
OFFICER = Access.of_system("officer", "TEST")


@pytest.fixture
def asked(program: Program) -> Program:
    """An operation with some reports, whose last week is to be protected."""
    for origin in ("XM0101", "XM0101", "XM0102", "XM0201"):
        report(program, LAST, origin=origin)
    ask_as(program, OFFICER, LAST)
    return program


def stored(program: Program) -> ProtectedPeriod:
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return weeks.load_protected(session, program.ring, "TEST", LAST)


def pieces(program: Program) -> list[bytes]:
    with program.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        found = session.execute(text("SELECT content FROM anonymizer.search_piece ORDER BY number"))
        return [content for (content,) in found]


def protected_by(program: Program) -> list[str]:
    with program.database.transaction(Zone.AUDIT, operation="TEST") as session:
        return [entry.actor for entry in audited_entries(session) if entry.action == Action.PROTECTED]


def test_without_a_broker_it_is_protected_at_once_under_the_name_of_who_asked(asked: Program) -> None:
    after_asking(build_worker(asked), "TEST", LAST)
    assert stored(asked).period == LAST
    assert asked_as(asked, OFFICER) == []
    assert protected_by(asked) == ["officer"] * len(OF_A_WEEK)


def test_a_worker_that_is_killed_leaves_pieces_that_the_next_goes_on_from(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = os.fork()
    if not killed:
        keep = asking.SealedPieces.keep

        def keep_and_die(self: asking.SealedPieces, number: int, piece: bytes) -> None:
            keep(self, number, piece)
            if number == 1:
                os.kill(os.getpid(), 9)

        try:
            asked.database.engine.dispose(close=False)
            monkeypatch.setattr(asking.SealedPieces, "keep", keep_and_die)
            protect_asked(asked, "TEST", LAST)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(killed, 0)[1]) == -9
    assert len(pieces(asked)) == 3  # which search it is, and two pieces
    [waiting] = asked_as(asked, OFFICER)
    assert waiting.met < waiting.goals
    numbers: list[int] = []
    monkeypatch.setattr(asking.SealedPieces, "keep", lambda _self, number, _piece: numbers.append(number))
    build_worker(asked).tasks[PROTECT_AWAITING].apply_async()
    assert min(numbers) == 2
    assert stored(asked).proof.suppressed
    assert pieces(asked) == []


def test_it_is_protected_as_if_it_had_not_been_asked_for(asked: Program) -> None:
    protect_asked(asked, "TEST", LAST)
    assert protect_week(asked, "TEST", LAST, actor="officer").proof.digests == stored(asked).proof.digests


def test_what_one_worker_is_at_another_leaves_alone(asked: Program) -> None:
    with asked.database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        assert asking.take_asked(session, "TEST", LAST)
        assert not protect_asked(asked, "TEST", LAST)
    assert protect_asked(asked, "TEST", LAST)
    assert not protect_asked(asked, "TEST", LAST)
    assert len(protected_by(asked)) == len(OF_A_WEEK)


def test_pieces_that_were_changed_are_not_taken(asked: Program) -> None:
    [waiting] = asked_as(asked, OFFICER)

    def transaction() -> AbstractContextManager[Session]:
        return asked.database.transaction(Zone.ANONYMIZER, operation="TEST")

    def read() -> bytes | None:
        with asking.SealedPieces.own(transaction, asked.ring, waiting) as kept:
            kept.begin(b"this search")
            kept.claim(0, wait=True)
            return kept.read(0)

    with asking.SealedPieces.own(transaction, asked.ring, waiting) as first:
        first.begin(b"this search")
        first.claim(0, wait=True)
        first.keep(0, b"a piece of counts")
    assert read() == b"a piece of counts"
    assert not any(b"counts" in content for content in pieces(asked))
    with asked.database.engine.begin() as connection:
        connection.execute(text("SET ROLE waystation_anonymizer"))
        connection.execute(text("SELECT set_config('waystation.operation', 'TEST', true)"))
        connection.execute(text("DELETE FROM anonymizer.search_piece WHERE number = 1"))
        connection.execute(
            text("INSERT INTO anonymizer.search_piece SELECT asked, 1, operation, content, search FROM anonymizer.search_piece")
        )
    assert read() is None


def test_of_what_fails_the_officer_sees_the_code_until_it_is_asked_for_again(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PeriodNotOver(period=LAST, sunday=LAST.sunday)

    monkeypatch.setattr("app.releases.protect_asked.protect_period", refuse)
    with pytest.raises(PeriodNotOver):
        protect_asked(asked, "TEST", LAST)
    [failed] = asked_as(asked, OFFICER)
    assert failed.failed == "APP-007"
    assert waiting_periods(asked, "TEST") == []
    ask_as(asked, OFFICER, LAST)
    assert waiting_periods(asked, "TEST") == [LAST]


def test_on_a_broker_the_message_names_an_operation_and_a_period_and_a_worker_protects(asked: Program, broker: Path) -> None:
    on_broker = Program(replace(asked.settings, broker_url=f"redis+socket://{broker}"), asked.database, asked.ring)
    worker, redis = build_worker(on_broker), Redis(unix_socket_path=str(broker))
    after_asking(worker, "TEST", LAST)
    [message] = redis.lrange("celery", 0, -1)
    body = json.loads(base64.b64decode(json.loads(message)["body"]))
    assert body[0:2] == [[], {"operation": "TEST", "period": str(LAST)}]
    with start_worker(worker, perform_ping_check=False, shutdown_timeout=30):
        until_empty(redis)
    assert stored(asked).period == LAST
