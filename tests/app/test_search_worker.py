"""The search worker as it runs: a process of its own, asked over its socket, that hears of every change."""

import logging
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Client
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.program import Program, open_program
from app.search.search_workers import next_pause, searching
from casework.errors import SearchDown
from casework.models import KeyKind, Person, StoredKey
from casework.search import ask_worker, search_freely
from casework.search.name_index import EVERYWHERE, FreeQuestion
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault, make_key, seal_parts, stored_key
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Zone
from core.models import Operation
from core.permissions import Role
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster
from core.sealing.envelope import RecordKey
from core.settings import Settings
from forms import RecordPart
from tests.blank_database import BlankDatabase

OPERATION = "TEST"
WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
HERE, ELSEWHERE = "org/north/team-1/amal", "org/north/team-2/badr"


@pytest.fixture
def program(cluster: EmbeddedCluster, database_name: str, tmp_path: Path) -> Iterator[Program]:
    with installed(cluster, database_name, tmp_path) as opened:
        yield opened


@contextmanager
def installed(cluster: EmbeddedCluster, database: str, folder: Path) -> Iterator[Program]:
    """A program with one operation."""
    owner, login = (cluster.url(name, database).render_as_string(hide_password=False) for name in (ADMINISTRATOR, PROGRAM))
    with open_program(Settings(database_url=login, database_owner_url=owner, var=folder / "var")) as opened:
        with opened.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            session.add(Operation(code=OPERATION, names={}))
        yield opened


@dataclass(frozen=True)
class Served:
    """An installation whose worker has read the names, which its first line says."""

    program: Program
    worker: "subprocess.Popen[str]"


@pytest.fixture(scope="module")
def long_served(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One worker for several tests, as it is one for a whole day."""
    database = BlankDatabase(cluster)
    with installed(cluster, database.name, tmp_path_factory.mktemp("served")) as program, running(program.settings) as worker:
        yield Served(program, worker)
    database.drop()


@pytest.fixture
def served(long_served: Served) -> Iterator[Served]:
    """It knows nobody when a test begins, and hears that nobody is left when one ends: a notice takes its way, and is asked
    for until it came."""
    yield long_served
    with system(long_served.program) as session:
        session.execute(text("DELETE FROM casework.person"))
    assert any(held(long_served.program, "Amina") == set() for _ in range(1000))


@contextmanager
def running(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "app.cli", "search", "serve", OPERATION, "--until-input-ends"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, **environment(settings)}, **pipes) as process:  # type: ignore[call-overload]
        assert any("Listening" in line for line in process.stdout)
        yield process
        process.stdin.close()


def environment(settings: Settings) -> dict[str, str]:
    return {
        "WAYSTATION_DATABASE_URL": settings.database_url,
        "WAYSTATION_DATABASE_OWNER_URL": settings.database_owner_url,
        "WAYSTATION_VAR": str(settings.var),
    }


def add(program: Program, name: str, custody: str = HERE) -> UUID:
    with system(program) as session:
        vault = Vault(session, program.ring, OPERATION)
        person = Person(id=uuid4(), operation=OPERATION, row_version=1, custody=custody)
        seal(person, make_key(vault, person.id, KeyKind.PERSON), name)
        with changing_clear(vault, [person.id]):
            session.add(person)
    return person.id


def seal(person: Person, key: RecordKey, name: str) -> None:
    parts = {part: {} for part in RecordPart} | {RecordPart.IDENTITY: {"prs_First_Name": name, "prs_Second_Name": "Hassan"}}
    seal_parts(person, key, parts)


def system(program: Program) -> AbstractContextManager[Session]:
    return program.database.transaction(Zone.CASEWORK, operation=OPERATION)


def search(program: Program, name: str) -> set[UUID]:
    ask = ask_worker(program.settings.search_socket(OPERATION), OPERATION)
    with program.database.transaction(Zone.CASEWORK, access=WORKER) as session:
        found = search_freely(session, program.ring, OPERATION, name, ask, purpose=Purpose.ASSISTANCE)
    return {one.id for one in found}


def test_it_finds_who_was_there_when_it_started_and_is_in_reach(program: Program) -> None:
    amina = add(program, "Amina")
    add(program, "Amina", ELSEWHERE)
    with running(program.settings):
        assert search(program, "أمينة") == {amina}


def test_it_hears_of_a_new_person(served: Served) -> None:
    assert search(served.program, "Amina") == set()
    assert {heard_of(served.program, "Amina")} == search(served.program, "Amina")


def correct(program: Program, person: UUID) -> None:
    with system(program) as session:
        row = session.get_one(Person, person)
        row.row_version += 1
        seal(row, stored_key(Vault(session, program.ring, OPERATION), person, KeyKind.PERSON), "Tesfaye")


def hand_over(program: Program, person: UUID) -> None:
    with system(program) as session, changing_clear(Vault(session, program.ring, OPERATION), [person]):
        session.get_one(Person, person).custody = ELSEWHERE


def delete(program: Program, person: UUID) -> None:
    with system(program) as session:
        session.execute(text("DELETE FROM casework.person WHERE id = :person"), {"person": person})


def destroy_key(program: Program, person: UUID) -> None:
    with system(program) as session:
        session.delete(session.get_one(StoredKey, (person, KeyKind.PERSON.value)))


def test_who_was_corrected_handed_over_or_erased_is_not_found_by_the_old_name(served: Served) -> None:
    for change in (correct, hand_over, delete, destroy_key):
        person = heard_of(served.program, "Amina")
        assert search(served.program, "Amina") == {person}
        change(served.program, person)
        until(lambda: search(served.program, "Amina") == set())


def test_a_name_leaves_the_memory_at_the_moment_from_which_the_record_must_not_be_used(
    served: Served,
) -> None:
    """A consent that expires names the moment long before; nothing else changes then."""
    person = heard_of(served.program, "Amina")
    with system(served.program) as session:
        session.execute(
            text(
                "INSERT INTO casework.restriction (id, person, operation, purpose, since, reason, set_by) "
                "VALUES (gen_random_uuid(), :person, :operation, '*', now() + interval '1 second', 'expired', 'amal')"
            ),
            {"person": person, "operation": OPERATION},
        )
    assert held(served.program, "Amina") == {person}
    until(lambda: held(served.program, "Amina") == set())


def heard_of(program: Program, name: str) -> UUID:
    """Somebody new, whom the worker knows by now: a notice takes its way after the commit."""
    person = add(program, name)
    until(lambda: person in held(program, name))
    return person


def held(program: Program, name: str) -> set[UUID]:
    """Whom the worker itself answers with, before the walls are asked."""
    ask = ask_worker(program.settings.search_socket(OPERATION), OPERATION)
    return {person for person, _ in ask(FreeQuestion(name, (EVERYWHERE,)))}


def until(true: Callable[[], object]) -> None:
    """Wait for what another process does, five minutes at most."""
    pause = Event()
    for _ in range(6000):
        if true():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come true")


def test_an_operation_that_is_added_later_gets_its_worker(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(program.settings).items():
        monkeypatch.setenv(name, value)
    with searching(program):
        with program.database.transaction(Zone.COLLECTION, operation="LATER") as session:
            session.add(Operation(code="LATER", names={}))
        until(program.settings.search_socket("LATER").exists)
    assert not program.settings.search_socket("LATER").exists()


def test_a_worker_that_died_is_started_again_and_the_log_says_so(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in environment(program.settings).items():
        monkeypatch.setenv(name, value)
    person, others = add(program, "Amina"), workers_of_this_process()
    with caplog.at_level(logging.WARNING), searching(program):  # a Celery worker of another test may have raised it
        until(lambda: answers(program) == {person})
        [pid] = workers_of_this_process() - others
        os.kill(pid, signal.SIGKILL)
        until(lambda: workers_of_this_process() - others - {pid})
        until(lambda: answers(program) == {person})
    assert "the search worker of TEST ended with status -9; it is started again in 1 s" in caplog.text


def answers(program: Program) -> set[UUID]:
    """Whom a worker names, nobody while there is none."""
    try:
        return held(program, "Amina")
    except SearchDown:
        return set()


def workers_of_this_process() -> set[int]:
    """Search workers that run, by process id; one that has ended and was not waited for is none."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    found = {int(child) for listed in children for child in listed.read_text().split()}
    return {child for child in found if b"search" in Path(f"/proc/{child}/cmdline").read_bytes()}


@pytest.mark.parametrize(
    ("last", "lived", "pause"), [(0, 0, 1), (1, 0, 2), (2, 5, 4), (200, 1, 300), (300, 1, 300), (300, 301, 1)]
)
def test_the_pause_before_a_worker_is_started_again_grows_while_it_goes_on_dying(
    last: float, lived: float, pause: float
) -> None:
    assert next_pause(last, lived) == pause


def test_a_change_that_was_rolled_back_is_not_heard_of(served: Served) -> None:
    person = heard_of(served.program, "Amina")
    with system(served.program) as session:
        session.get_one(Person, person).custody = ELSEWHERE
        session.flush()
        session.rollback()
    assert search(served.program, "Amina") == {person}


def test_its_socket_is_its_owner_s_alone_and_goes_with_it(program: Program) -> None:
    path = program.settings.search_socket(OPERATION)
    with running(program.settings):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_it_leaves_no_core_dump(served: Served) -> None:
    limits = Path(f"/proc/{served.worker.pid}/limits").read_text(encoding="utf-8")
    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_what_is_no_question_gets_no_answer_and_the_next_one_does(served: Served) -> None:
    person = heard_of(served.program, "Amina")
    for sent in (b"", b"{}", b'["Amina"]', b"\xff\xff"):
        with Client(str(served.program.settings.search_socket(OPERATION)), family="AF_UNIX") as line:
            line.send_bytes(sent)
            with pytest.raises(EOFError):
                line.recv_bytes()
    assert search(served.program, "Amina") == {person}
