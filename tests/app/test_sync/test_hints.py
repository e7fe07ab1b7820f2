"""Another server says that a source has news: nothing of what it says is read, and the source is pulled, but not too often."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from app.program import Program
from app.web.application import create_application
from app.web.collection.hints import Hints
from app.worker.pipeline import after_hint
from app.worker.tasks import build_worker
from core.keys.keyring import KeyRing
from core.settings import Settings
from ingest.sources import hint_address
from ingest.sources.errors import SourceUnprotected
from tests.ingest.conftest import OPERATION

SERVER = "https://collect.example.org"


@pytest.fixture
def pulled() -> threading.Event:
    """Whether a pull has ended."""
    return threading.Event()


@pytest.fixture
def client(pulling: Any, tmp_path: Path, pulled: threading.Event) -> Iterator[TestClient]:
    database, ring, settings = pulling.household.database, pulling.household.ring, Settings(var=tmp_path)
    pull = after_hint(build_worker(Program(settings, database, ring)))

    def hinted(operation: str, source: UUID) -> None:
        pull(operation, source)
        pulled.set()

    with TestClient(create_application(database, ring, settings, lambda *_: None, hinted=hinted)) as client:
        yield client


def address(pulling: Any) -> str:
    return urlsplit(hint_address(pulling.household.ring, SERVER, OPERATION, pulling.source.id)).path


def test_the_source_is_pulled_and_what_the_hint_says_is_not_believed(
    pulling: Any, client: TestClient, pulled: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    pulling.kobo.add(1, person__name="Amal")
    with caplog.at_level(logging.DEBUG):
        answer = client.post(address(pulling), json={"_id": 9, "_uuid": "u-9", "person/name": "Rim"})
        assert pulled.wait(20)
    assert answer.status_code == 202
    assert [number.int for (number,) in pulling.rows("number")] == [1]
    assert not any(word in caplog.text for word in ("Rim", "u-9", "Amal", address(pulling).rpartition("/")[2]))


@pytest.mark.parametrize("wrong", ["token", "source", "operation"])
def test_an_address_that_nobody_was_given_leads_nowhere(pulling: Any, client: TestClient, wrong: str) -> None:
    _, hint, operation, source, token = address(pulling).split("/")
    changed = {"token": "0" * 64, "source": str(uuid4()), "operation": "OTHER"}
    named = {"operation": operation, "source": source, "token": token, wrong: changed[wrong]}
    answer = client.post(f"/{hint}/{named['operation']}/{named['source']}/{named['token']}")
    assert answer.status_code == 404
    assert pulling.kobo.asked == []


def test_it_is_not_given_out_for_an_address_in_clear(ring: KeyRing) -> None:
    with pytest.raises(SourceUnprotected):
        hint_address(ring, "http://collect.example.org", OPERATION, uuid4())


class TestHowOften:
    """The rest between two pulls ends when the test lets it end."""

    def passed_on(self, ring: KeyRing, *hints_in_each_rest: int, fails: bool = False) -> list[tuple[str, UUID]]:
        """What was pulled, where so many hints came before the first rest ended, before the second, and so on."""
        source, pulled = uuid4(), []
        token = hint_address(ring, SERVER, OPERATION, source).rpartition("/")[2]
        waves = iter(hints_in_each_rest)

        def pull(operation: str, which: UUID) -> None:
            pulled.append((operation, which))
            if fails:
                raise ValueError

        async def rest(_: float) -> None:
            for _ in range(next(waves)):
                assert hints.take(OPERATION, source, token)

        async def run() -> None:
            assert hints.take(OPERATION, source, token)
            await asyncio.gather(*hints._tasks)

        hints = Hints(ring, pull, rest)
        asyncio.run(run())
        assert set(pulled) == {(OPERATION, source)}
        return pulled

    def test_one_hint_is_one_pull(self, ring: KeyRing) -> None:
        assert len(self.passed_on(ring, 0)) == 1

    def test_a_hundred_that_come_while_it_rests_are_one_more(self, ring: KeyRing) -> None:
        assert len(self.passed_on(ring, 100, 0)) == 2

    def test_as_long_as_they_come_there_is_one_in_each_rest(self, ring: KeyRing) -> None:
        assert len(self.passed_on(ring, 5, 5, 5, 0)) == 4

    def test_a_pull_that_failed_is_made_up_for(self, ring: KeyRing, caplog: pytest.LogCaptureFixture) -> None:
        assert len(self.passed_on(ring, 1, 0, fails=True)) == 2
        assert "unforeseen ValueError" in caplog.text
