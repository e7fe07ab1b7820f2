"""What a running program holds open: settings, database and key ring.

With no `WAYSTATION_DATABASE_URL` the embedded cluster is started and brought up to date. A first start makes a key
ring; a start that finds data and no key ring stops, because a new ring could never read that data.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, make_url, select

from app.audit_log import seal_and_export
from core.audit_chain import HeadsAhead, HeadsUnreadable
from core.database import Database, Zone, connect
from core.embedded_cluster import ADMINISTRATOR, PROGRAM, embedded_cluster
from core.errors import Problem
from core.keyring import KeyRing, KeyRingMissing, create_key_ring, open_key_ring
from core.migrate import migrate
from core.models import Operation
from core.settings import Settings

__all__ = ["PassphraseMissing", "Program", "open_database", "open_program", "passphrase"]


class PassphraseMissing(Problem):
    code = "APP-001"
    says = "There is no passphrase for the key ring at {ring}."
    remedy = "Put it in the file {path}, readable by you alone, or in WAYSTATION_KEYRING_PASSPHRASE."


@dataclass(frozen=True)
class Program:
    """An opened installation."""

    settings: Settings
    database: Database
    ring: KeyRing


@contextmanager
def open_program(settings: Settings) -> Iterator[Program]:
    """Open database and key ring for as long as the block runs; every refusal is a `Problem`."""
    with open_database(settings) as database:
        program = Program(settings, database, _open_ring(settings, database))
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


def passphrase(settings: Settings) -> str:
    """The key ring's passphrase as set; raises `PassphraseMissing`."""
    if settings.keyring_passphrase:
        return settings.keyring_passphrase
    try:
        return settings.passphrase_path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise PassphraseMissing(ring=settings.keyring_path, path=settings.passphrase_path) from None


def _open_ring(settings: Settings, database: Database) -> KeyRing:
    if settings.keyring_path.exists():
        return open_key_ring(settings.keyring_path, passphrase(settings))
    if _holds_data(database):
        raise KeyRingMissing(path=settings.keyring_path)
    return create_key_ring(settings.keyring_path, _first_passphrase(settings))


def _first_passphrase(settings: Settings) -> str:
    """The passphrase that was set, or, for the trial that nobody configured, a random one in the file."""
    if settings.keyring_passphrase or settings.passphrase_path.exists():
        return passphrase(settings)
    made = secrets.token_urlsafe(24)
    _write_private(settings.passphrase_path, made + "\n")
    return made


def _write_private(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def _holds_data(database: Database) -> bool:
    with database.transaction(Zone.COLLECTION) as session:
        return bool(session.scalar(select(func.count()).select_from(Operation)))
