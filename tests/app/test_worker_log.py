"""A worker's log: a failed task says of its error what kind it was and where, and nothing that the error itself says.

A real worker, in processes of its own as `bin/waystation worker` starts it, on a real Redis.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery

from app.worker.quiet_task import QuietTask, TaskFailed
from core.postgres.embedded_cluster import PROGRAM, EmbeddedCluster
from tests.app.test_worker import broker as broker  # noqa: PLC0414  (a fixture)

CANARY = "Quintessa-Canary-0155"
# The program's own worker with tasks that fail as real ones can: the database quotes a value, one error causes another.
WORKER = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from app.program import Program
from app.worker.tasks import build_worker
from core.database import Zone, connect
from core.keys.keyring import KeyRing
from core.settings import Settings

secret, url, socket, var = os.environ["CANARY"], *sys.argv[1:]
settings = Settings(var=Path(var), broker_url=f"redis+socket://{socket}")
program = Program(settings, connect(url), KeyRing({1: bytes(32)}, bytes(32)))
worker = build_worker(program)

@worker.task(name="quoted_by_the_database")
def quoted():
    with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
        session.execute(text("SELECT CAST(:said AS integer)"), {"said": secret})

@worker.task(name="caused_by_another")
def caused():
    try:
        {}[secret]
    except KeyError as error:
        raise ValueError(f"{secret} was not found") from error

@worker.task(name="stop")
def stop():
    worker.control.shutdown()

for task in (quoted, caused, stop):
    task.apply_async()
worker.worker_main(["worker", "--concurrency=1", "--loglevel=INFO"])
"""


def test_the_words_of_an_error_are_in_no_line_that_a_worker_writes(
    cluster: EmbeddedCluster, database_name: str, broker: Path, tmp_path: Path
) -> None:
    url = cluster.url(PROGRAM, database_name).render_as_string(hide_password=False)
    environment = {**os.environ, "CANARY": CANARY, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", WORKER, url, str(broker), str(tmp_path)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    written = ran.stdout + ran.stderr
    assert "DataError at" in written
    assert "ValueError at <string>:" in written
    assert CANARY not in written


def test_an_error_that_celery_keeps_has_no_other_behind_it() -> None:
    worker = Celery(task_cls=QuietTask, broker="memory://", set_as_current=False)

    @worker.task(name="fails", shared=False)
    def fails() -> None:
        raise ValueError(CANARY)

    fails.push_request(called_directly=False)
    with pytest.raises(TaskFailed) as failed:
        fails()
    fails.pop_request()
    assert CANARY not in str(failed.value)
    assert failed.value.__context__ is None
    assert failed.value.__cause__ is None


def test_in_the_process_that_sent_it_the_error_reaches_the_sender() -> None:
    worker = Celery(task_cls=QuietTask, set_as_current=False)
    worker.conf.update(task_always_eager=True, task_eager_propagates=True)

    @worker.task(name="fails", shared=False)
    def fails() -> None:
        raise ValueError(CANARY)

    with pytest.raises(ValueError, match=CANARY):
        fails.apply_async()
