"""Tasks carry ids only; they run in process by default, and on a real broker when one is named."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from celery.contrib.testing.worker import start_worker
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from sqlalchemy import text

import forms
import ingest
from app.demonstration.phone import fill_form
from app.demonstration.run_demonstration import GAZETTEER
from app.program import Program
from app.worker import pipeline
from app.worker.pipeline import after_erasure, after_submissions, catch_up
from app.worker.tasks import ADMIT_AWAITING, PULLS, REFRESH_FACTS, SCHEDULE, SEARCHES, build_worker
from core.database import Database, Zone
from core.erasure import announce, when_erased
from core.keys.keyring import KeyRing
from core.places import add_places, read_gazetteer
from core.settings import Settings
from tests import questionnaires

ANSWERS = {
    "arrival_date": "2026-02-03",
    "origin_district": "XM0101",
    "destination_district": "XM0201",
    "reason": "flood",
    "female_18_59": "2",
    "reporter_name": "Somebody Secret",
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Redis of our own, on a unix socket."""
    server = shutil.which("redis-server")
    if not server:
        pytest.skip("redis-server is not installed (bin/setup --tests installs it)")
    folder = tmp_path_factory.mktemp("redis")
    socket = folder / "redis.sock"
    command = [server, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "", "--loglevel", "warning"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        retry = Retry(ExponentialBackoff(cap=0.2, base=0.01), 50, supported_errors=(RedisConnectionError,))
        Redis(unix_socket_path=str(socket), retry=retry).ping()
        yield socket
        process.terminate()


@pytest.fixture
def waiting(database: Database, ring: KeyRing) -> UUID:
    """A movement report that is stored and not yet admitted."""
    with database.transaction(Zone.COLLECTION, operation="TEST", actor="collector:1") as session:
        add_places(session, "TEST", read_gazetteer(GAZETTEER))
        compiled = questionnaires.compiled("movement_tracking")
        forms.publish_form(session, "TEST", compiled.xform, {})
        xml = fill_form(compiled.xform, ANSWERS, uuid4())
        receipt = ingest.receive_submission(session, ring, operation="TEST", xml=xml, files=[], collector="1")
    assert receipt.submission_id
    return receipt.submission_id


def admitted(database: Database) -> int:
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        return session.execute(text("SELECT count(*) FROM casework.movement_event")).scalar_one()


def test_without_a_broker_the_sender_does_the_work(database: Database, ring: KeyRing, waiting: UUID, tmp_path: Path) -> None:
    program = Program(Settings(var=tmp_path), database, ring)
    after_submissions(build_worker(program))("TEST", [waiting])
    assert admitted(database) == 1


def test_the_sweep_picks_up_what_a_crash_left_behind(database: Database, ring: KeyRing, waiting: UUID, tmp_path: Path) -> None:
    worker = build_worker(Program(Settings(var=tmp_path), database, ring))
    worker.tasks[ADMIT_AWAITING].apply_async()
    assert waiting
    assert admitted(database) == 1


def test_on_a_broker_the_message_holds_ids_and_a_worker_admits(
    database: Database, ring: KeyRing, waiting: UUID, broker: Path, tmp_path: Path
) -> None:
    settings = Settings(var=tmp_path, broker_url=f"redis+socket://{broker}")
    worker = build_worker(Program(settings, database, ring))
    redis = Redis(unix_socket_path=str(broker))
    after_submissions(worker)("TEST", [waiting])
    assert admitted(database) == 0
    [message] = redis.lrange("celery", 0, -1)
    body = json.loads(base64.b64decode(json.loads(message)["body"]))
    assert body[0:2] == [[], {"operation": "TEST"}]
    with start_worker(worker, perform_ping_check=False, shutdown_timeout=30):
        until_empty(redis)
    assert admitted(database) == 1


def until_empty(redis: "Redis[bytes]", attempts: int = 1_000_000) -> None:
    for _ in range(attempts):
        if not redis.llen("celery") and not redis.hlen("unacked"):
            return


def test_the_page_of_events_names_every_task_and_how_often_beat_sends_it(
    database: Database, ring: KeyRing, tmp_path: Path
) -> None:
    """`app/worker/pipeline.py` is what people read; it must say what is done."""
    worker = build_worker(Program(Settings(var=tmp_path), database, ring))
    ours = {name for name in worker.tasks if not name.startswith("celery.")}
    told = {name for name in ours if f"`{name}`" in (pipeline.__doc__ or "")}
    assert ours == told
    often = {
        timedelta(minutes=1): "minute",
        timedelta(minutes=5): "five minutes",
        timedelta(hours=1): "hour",
        timedelta(days=1): "day",
    }
    sent = {**SCHEDULE, **PULLS, **SEARCHES}
    for task, every in sent.items():
        line = next(line for line in (pipeline.__doc__ or "").splitlines() if f"`{task}`" in line and "beat" in line)
        assert often[every] in line
    assert {entry["task"] for entry in worker.conf.beat_schedule.values()} == set(sent)


def test_a_server_that_starts_does_what_beat_would_send(
    database: Database, ring: KeyRing, waiting: UUID, tmp_path: Path
) -> None:
    catch_up(build_worker(Program(Settings(var=tmp_path), database, ring)))
    assert waiting
    assert admitted(database) == 1
    assert (tmp_path / "audit-heads.jsonl").exists()


def test_blocks_of_facts_do_not_outlive_an_erased_report(
    database: Database, ring: KeyRing, waiting: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.erasure._listeners", [])
    worker = build_worker(Program(Settings(var=tmp_path), database, ring))
    after_submissions(worker)("TEST", [waiting])
    worker.tasks[REFRESH_FACTS].apply_async(kwargs={"operation": "TEST"})
    assert blocks(database) == 1
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        erased = frozenset(
            session.execute(text("DELETE FROM casework.record_key WHERE kind = 'movement_facts' RETURNING record")).scalars()
        )
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        when_erased(after_erasure(worker))
        announce(session, "TEST", erased)
    assert blocks(database) == 0


def blocks(database: Database) -> int:
    with database.transaction(Zone.ANONYMIZER, operation="TEST") as session:
        return session.execute(text("SELECT count(*) FROM anonymizer.fact_block")).scalar_one()
