"""What every test may ask for: a key ring, a real PostgreSQL database, the real questionnaires."""

import gc
import os
from collections.abc import Generator, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from typer.main import get_command
from xdist.scheduler import LoadScopeScheduling

from core.database import Database, Zone
from core.keys.key_providers.passphrase import Passphrase
from core.keys.keyring import KeyRing
from core.models import Operation
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster, embedded_cluster
from core.postgres.migrate import migrate
from tests.beginning import Beginning
from tests.blank_database import PATTERN, BlankDatabase, administrate

# How long an example takes says something of the machine and nothing of the code: timing belongs in bench/.
settings.register_profile("waystation", deadline=None)
settings.load_profile("waystation")

# A passphrase is stretched as it is everywhere, which takes a fifth of a second; once for each salt, not at every opening.
Passphrase.sealing_key = cache(Passphrase.sealing_key)

# The command line is made of its functions once, not again for every command that a test gives.
import_module("typer.testing")._get_command = cache(get_command)

# What a command prints is read by tests as on a wide screen.
os.environ["COLUMNS"] = "200"

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
OPERATION = "TEST"
COSTLY = ("tests/red_team/", "tests/end_to_end/")
# A test's database need not outlive a power cut, and hundreds of them are made and dropped.
WITHOUT_WAITING_FOR_THE_DISK = [
    *(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "synchronous_commit", "full_page_writes")),
    "SELECT pg_reload_conf()",
]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Side by side, modules go to whichever process is free; costly seasons stay in one."""
    return _CostlyTogether(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Whatever is read with the tests stays to the end: looking through it for garbage is half the time of reading them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class _CostlyTogether(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        """Scopes of many tests begin first, so what takes long is not left for one process at the end."""
        return next((folder for folder in COSTLY if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    """An opened key ring (made in memory: stretching a passphrase takes a tenth of a second)."""
    return KeyRing({1: bytes(range(32))}, bytes(range(32, 64)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedCluster]:
    """The embedded PostgreSQL of the test run, with one migrated database to copy from."""
    # Tests run side by side have a server each: they make, copy and drop databases of the same names.
    beside = os.environ.get("PYTEST_XDIST_WORKER", "")
    var = Path(f"{os.environ.get('WAYSTATION_TEST_VAR', PROJECT / 'var' / 'tests')}{beside}")
    with embedded_cluster(var) as running:
        administrate(running, *WITHOUT_WAITING_FOR_THE_DISK)
        administrate(running, f"DROP DATABASE IF EXISTS {PATTERN} WITH (FORCE)", f"CREATE DATABASE {PATTERN}")
        migrate(running.url(ADMINISTRATOR, PATTERN), PROGRAM)
        yield running


@pytest.fixture(scope="session")
def blank_databases(cluster: EmbeddedCluster) -> Iterator[list[BlankDatabase]]:
    """The one that is lent from test to test, or none yet."""
    blank: list[BlankDatabase] = []
    yield blank
    for database in blank:
        database.drop()


@pytest.fixture
def blank_database(cluster: EmbeddedCluster, blank_databases: list[BlankDatabase]) -> Iterator[BlankDatabase]:
    """A migrated database without a row, this test's alone."""
    lent = blank_databases.pop() if blank_databases else BlankDatabase(cluster)
    yield lent
    if lent.emptied():
        blank_databases.append(lent)
    else:
        lent.drop()


@pytest.fixture
def database_name(blank_database: BlankDatabase) -> str:
    """The name of this test's database."""
    return blank_database.name


@pytest.fixture
def begin(blank_database: BlankDatabase) -> Beginning:
    """Makes what a test begins with: what a fixture gives to `begin` is made once for all tests, and then put back."""
    return blank_database.begin


@pytest.fixture
def database(blank_database: BlankDatabase, begin: Beginning, ring: KeyRing) -> Database:
    """A migrated database that holds one empty operation, `TEST`."""

    def made() -> None:
        with blank_database.opened.transaction(Zone.COLLECTION, operation=OPERATION) as session:
            session.add(Operation(code=OPERATION, names={"en": "Test operation"}))

    blank_database.opened.ring = ring
    begin(made)
    return blank_database.opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real questionnaires and submissions, kept beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real questionnaires are not beside the project (../shared/data)")
    return SHARED_DATA
