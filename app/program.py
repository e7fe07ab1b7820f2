"""What a running program holds open: settings, database and key ring.

With no `WAYSTATION_DATABASE_URL` the embedded cluster is started and brought up to date. A first start makes a key
ring; a start that finds data and not the ring that it was written with stops (`app.keys.open_ring`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from sqlalchemy import make_url

import app.every_table  # noqa: F401  (whatever is asked of all tables is asked of every stage's)
from app.audit_log import seal_and_export
from app.keys.open_ring import open_ring
from core.audit_chain import HeadsAhead, HeadsUnreadable
from core.database import Database, connect
from core.keys.keyring import KeyRing
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, embedded_cluster
from core.postgres.migrate import migrate
from core.processes.long_lived import set_apart
from core.settings import Settings

__all__ = ["Program", "open_database", "open_program"]


@dataclass(frozen=True)
class Program:
    """An opened installation."""

    settings: Settings
    database: Database
    ring: KeyRing

    def __post_init__(self) -> None:
        self.database.ring = self.ring

    @contextmanager
    def apart(self) -> Iterator["Program"]:
        """The same in a process that was forked, with connections of its own: those that it was born with are not its."""
        database = connect(self.database.engine.url)
        try:
            yield replace(self, database=database)
        finally:
            database.close()


@contextmanager
def open_program(settings: Settings) -> Iterator[Program]:
    """Open database and key ring for as long as the block runs; every refusal is a `Problem`."""
    with open_database(settings) as database, set_apart():
        program = Program(settings, database, open_ring(settings, database))
        yield program
        _seal_log(program)


def _seal_log(program: Program) -> None:
    """The last thing a program does. What it says of exported heads is told by `audit verify`, not by every command."""
    with suppress(HeadsAhead, HeadsUnreadable):
        seal_and_export(program.database, program.ring, program.settings)


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database alone, migrated: the given server or the embedded cluster."""
    if settings.database_url:
        program = make_url(settings.database_url).username or ""
        migrate(settings.database_owner_url or settings.database_url, program)
        yield from _connected(settings.database_url)
    else:
        with embedded_cluster(settings.var) as cluster:
            migrate(cluster.url(ADMINISTRATOR), PROGRAM)
            yield from _connected(cluster.url().render_as_string())


def _connected(url: str) -> Iterator[Database]:
    database = connect(url)
    try:
        yield database
    finally:
        database.close()
