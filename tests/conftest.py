"""What every test may ask for: a key ring, a real PostgreSQL database, the real questionnaires."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from core.database import Database, Zone, connect
from core.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster, embedded_cluster
from core.keyring import KeyRing
from core.migrate import migrate
from core.models import Operation

# How long an example takes says something of the machine and nothing of the code: timing belongs in bench/.
settings.register_profile("waystation", deadline=None)
settings.load_profile("waystation")

# What a command prints is read by tests as on a wide screen.
os.environ["COLUMNS"] = "200"

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
OPERATION = "TEST"
# A test's database need not outlive a power cut, and hundreds of them are made and dropped.
WITHOUT_WAITING_FOR_THE_DISK = [
    *(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "synchronous_commit", "full_page_writes")),
    "SELECT pg_reload_conf()",
]


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
        _administrate(running, *WITHOUT_WAITING_FOR_THE_DISK)
        _administrate(running, "DROP DATABASE IF EXISTS pattern WITH (FORCE)", "CREATE DATABASE pattern")
        migrate(running.url(ADMINISTRATOR, "pattern"), PROGRAM)
        yield running


@pytest.fixture
def database_name(cluster: EmbeddedCluster) -> Iterator[str]:
    """A fresh database of its own for one test, dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    _administrate(cluster, f"CREATE DATABASE {name} TEMPLATE pattern")
    yield name
    _administrate(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(cluster: EmbeddedCluster, database_name: str) -> Iterator[Database]:
    """A migrated database that holds one empty operation, `TEST`."""
    opened = connect(cluster.url(PROGRAM, database_name))
    with opened.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        session.add(Operation(code=OPERATION, names={"en": "Test operation"}))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real questionnaires and submissions, kept beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real questionnaires are not beside the project (../shared/data)")
    return SHARED_DATA


def _administrate(cluster: EmbeddedCluster, *statements: str) -> None:
    engine = create_engine(cluster.url(ADMINISTRATOR, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
