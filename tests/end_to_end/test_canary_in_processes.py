"""The canary again, in the processes of a country office: web, worker, broker and database, each killed at a bad moment.

Answers come over HTTP, go as tasks through a real Redis to a real worker, and meet violated constraints, a SIGKILL in the
middle of a request and of an admission, and an abort with core dumps allowed; in between a season of work is lived through at
the screens, beside the worker that holds names for the free search. Then every byte that any of them left is searched.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import redis
from sqlalchemy import create_engine, text

from app.demonstration.phone import Phone
from app.program import Program, open_program
from app.worker.tasks import ADMIT_AWAITING, build_worker
from core.database import Zone
from core.models import Operation
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.settings import Settings
from tests.blank_database import administrate
from tests.end_to_end.canaries import Canaries
from tests.end_to_end.filled_forms import OPERATION, movement, publish, screening, send, send_everything
from tests.end_to_end.season import live_through
from tests.end_to_end.season_setting import Season

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90


@dataclass
class Office:
    """The processes of an installation, and where each of them writes."""

    program: Program
    owner: str
    folder: Path
    broker: redis.Redis
    address: str
    environment: Mapping[str, str] = field(repr=False)
    stack: ExitStack = field(repr=False)

    def start(self, *command: str, name: str, typed: str = "", **more: str) -> "subprocess.Popen[bytes]":
        """A process that may leave a core dump in a folder of its own, if it can; `typed` is what it is answered."""
        home = self.folder / name
        home.mkdir()
        said = self.stack.enter_context((home / "said.txt").open("wb"))
        shell = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *command]
        environment = {**self.environment, **more}
        process = subprocess.Popen(
            shell, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True
        )
        assert process.stdin
        process.stdin.write(typed.encode())
        process.stdin.close()
        self.stack.callback(end, process)
        return process

    def waystation(self, *command: str, name: str, typed: str = "", **more: str) -> "subprocess.Popen[bytes]":
        return self.start(sys.executable, "-m", "app.cli", *command, name=name, typed=typed, **more)

    def run(self, *command: str, typed: str = "", **more: str) -> str:
        """A command to its end, and what it said; `more` are settings of its own."""
        name = f"{len(list(self.folder.iterdir()))}-{command[0]}"
        ended = self.waystation(*command, name=name, typed=typed, **more).wait(PATIENCE_SECONDS)
        assert ended == 0, self.said(name)
        return self.said(name)

    def said(self, name: str) -> str:
        return (self.folder / name / "said.txt").read_text(encoding="utf-8")

    def owner_does(self, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.owner)
        with engine.begin() as connection:
            done = connection.execute(text(statement))
            rows = [tuple(row) for row in done] if done.returns_rows else []
        engine.dispose()
        return rows

    @contextmanager
    def owner_holds(self, table: str) -> Iterator[None]:
        """Meanwhile nobody else writes to a table: who tries waits."""
        engine = create_engine(self.owner)
        with engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
            yield
        engine.dispose()

    def count(self, query: str) -> object:
        return self.owner_does(query)[0][0]


def end(process: "subprocess.Popen[bytes]") -> None:
    """The process and what it started, which share a session of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(true: Callable[[], object]) -> None:
    """Wait for what another process does."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        threading.Event().wait(0.05)


def answers_there(office: Office) -> bool:
    try:
        return httpx.get(office.address).status_code < 500
    except httpx.TransportError:
        return False


@pytest.fixture
def office(cluster: EmbeddedCluster, database_name: str, tmp_path: Path) -> Iterator[Office]:
    owner, login = (cluster.url(name, database_name).render_as_string(hide_password=False) for name in (ADMINISTRATOR, PROGRAM))
    door = tmp_path / "redis.sock"
    settings = Settings(database_url=login, database_owner_url=owner, var=tmp_path / "var", broker_url=f"redis+socket://{door}")
    (tmp_path / "temporary").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path / "temporary"),
        "WAYSTATION_DATABASE_URL": login,
        "WAYSTATION_DATABASE_OWNER_URL": owner,
        "WAYSTATION_VAR": str(settings.var),
        "WAYSTATION_BROKER_URL": settings.broker_url,
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open_program(settings) as program, ExitStack() as stack:
        with program.database.transaction(Zone.COLLECTION) as session:
            session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
        broker = redis.Redis(unix_socket_path=str(door))
        office = Office(program, owner, tmp_path, broker, f"http://127.0.0.1:{port}", environment, stack)
        office.start("redis-server", "--port", "0", "--unixsocket", str(door), "--appendonly", "yes", name="redis")
        until(door.exists)
        office.start("redis-cli", "-s", str(door), "monitor", name="monitor")
        yield office


def test_no_word_is_left_by_any_process_however_it_ends(
    office: Office, cluster: EmbeddedCluster, database_name: str, tmp_path: Path
) -> None:
    canaries, seen, left = Canaries({}), b"", tmp_path / "left"
    left.mkdir()
    token = publish(office.program)
    web = office.waystation("serve", "--port", office.address.rpartition(":")[2], name="web")
    worker = office.waystation("worker", "--concurrency", "1", name="worker")
    until(lambda: answers_there(office))
    transport = httpx.HTTPTransport()
    season = Season(
        office.program,
        cluster,
        database_name,
        canaries,
        transport,
        office.address,
        left,
        searches_freely=True,
        command=office.run,
    )
    with Phone(httpx.HTTPTransport(), f"{office.address}/key/{token}") as phone:
        phone.download_forms()
        send_everything(phone, canaries)
        until(lambda: office.count("SELECT count(*) FROM casework.interview") == 4)
        until(lambda: office.count("SELECT count(*) FROM casework.movement_event") == 4)
        names = office.waystation("search", "serve", OPERATION, name="names")
        until(lambda: "Listening" in office.said("names"))
        live_through(season)
        seen += _of_processes(web.pid, worker.pid, names.pid)
        worker = _kill_in_the_middle_of_an_admission(office, phone, canaries, worker)
        _break_the_database(office, phone, canaries)
        seen += _of_broker(office.broker)
        _kill_in_the_middle_of_a_request(office, web, token, movement(phone, canaries, uuid4()))
    for process in (worker, names):
        os.kill(process.pid, signal.SIGABRT)
        assert process.wait() == -signal.SIGABRT

    assert b"admit_arrived" in (office.folder / "monitor" / "said.txt").read_bytes()
    assert b"refresh_facts" in (office.folder / "monitor" / "said.txt").read_bytes()
    assert [path for path in office.folder.rglob("core*") if path.is_file()] == []
    office.broker.bgsave()
    administrate(cluster, "CHECKPOINT")
    assert len(canaries.words) >= 100
    assert season.unasked() == []
    shown = {"processes and broker": seen + _of_broker(office.broker), "statistics": _of_views(office)}
    assert canaries.found_among(shown) == {}
    assert canaries.found_under(office.folder, cluster.data_folder, Path("/dev/shm")) == {}


def _kill_in_the_middle_of_an_admission(
    office: Office, phone: Phone, canaries: Canaries, worker: "subprocess.Popen[bytes]"
) -> "subprocess.Popen[bytes]":
    """The worker holds an interview opened in memory, and has written half of it, when it is killed; the next one admits it."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    before = office.count("SELECT count(*) FROM casework.interview")
    with office.owner_holds("casework.interview"):
        send(phone, canaries, screening(phone, canaries, whose="killed: "))
        until(lambda: office.count(waits) == 1)
        end(worker)
    assert office.count("SELECT count(*) FROM casework.interview") == before
    worker = office.waystation("worker", "--concurrency", "1", name="next_worker")
    build_worker(office.program).send_task(ADMIT_AWAITING)  # as beat does
    until(lambda: office.count("SELECT count(*) FROM casework.interview") == before + 1)
    return worker


def _break_the_database(office: Office, phone: Phone, canaries: Canaries) -> None:
    """Every admission now violates a constraint of the table that it ends in: the task fails and the worker says so."""
    office.owner_does("ALTER TABLE ingest.submission ADD CONSTRAINT broken CHECK (state = 'awaiting') NOT VALID")
    phone.send(movement(phone, canaries, uuid4()), {})
    until(lambda: "IntegrityError" in office.said("next_worker"))


def _kill_in_the_middle_of_a_request(office: Office, web: "subprocess.Popen[bytes]", token: str, xml: bytes) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n' + xml
    head = f"POST /key/{token}/submission HTTP/1.1\r\nHost: there\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    with socket.create_connection(("127.0.0.1", int(office.address.rpartition(":")[2]))) as line:
        line.sendall(head.encode() + f"Content-Length: {len(part) + 1000}\r\n\r\n".encode() + part)
        os.kill(web.pid, signal.SIGKILL)
        web.wait()


def _of_processes(*pids: int) -> bytes:
    """Command lines and environments of these processes and of what they started."""
    children = [
        int(child) for pid in pids for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]
    shown = b""
    for pid in [*pids, *children]:
        for name in ("cmdline", "environ"):
            try:
                shown += Path(f"/proc/{pid}/{name}").read_bytes()
            except PermissionError:  # a process that forbids dumps shows its environment to root alone
                continue
    return shown


def _of_broker(broker: redis.Redis) -> bytes:
    return b"".join(key + (broker.dump(key) or b"") for key in broker.scan_iter())


def _of_views(office: Office) -> bytes:
    """What the database's own views show of statements and of values."""
    rows = office.owner_does("SELECT query FROM pg_stat_activity")
    rows += office.owner_does("SELECT concat(most_common_vals, histogram_bounds) FROM pg_stats WHERE schemaname NOT LIKE 'pg%'")
    return repr(rows).encode()
