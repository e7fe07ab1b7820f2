"""Backups that let an erasure last: the data in one file, the keys to it in another, the tombstones in a third.

A data backup may be kept for years, for without its keys it opens nothing. A backup of the keys brings back whoever was
erased since: keep only the newest ones, on another medium, for days. The tombstones hold random ids alone and may be
kept for ever. All three are of one moment and sealed under the key ring; nothing is written in clear on the way.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import uuid4

from sqlalchemy import URL, Connection, create_engine, make_url, text

from app.keys.key_tables import KEPT_APART, KEPT_IN_BOTH
from core.audit import Action, Purpose, record
from core.database import Database, Zone, translated
from core.keys.keyring import KeyRing
from core.postgres.embedded_cluster import ADMINISTRATOR, embedded_cluster
from core.postgres.postgres_programs import dumping
from core.sealing.sealed_stream import seal_stream
from core.settings import Settings

__all__ = ["IN_BOTH", "KEYS_APART", "KEYS_IN_BOTH", "LEDGER", "TOMBSTONE_TABLES", "Backup", "back_up", "owner_address"]

KEYS_APART: Final = tuple(table.name for table in KEPT_APART)
# Tables in both files, with the columns that name a row: what the ring has become since must be known beside older data.
KEYS_IN_BOTH: Final = {
    "core.key_version": ("version",),
    **{table.name: tuple(filter(None, (table.record, table.row_version))) for table in KEPT_IN_BOTH},
}
# Likewise what left of whom by which method, and what was spent of a budget: older data may not spend it again.
LEDGER: Final = {
    "anonymizer.register_line": ("operation", "number"),
    "anonymizer.method_used": ("operation", "data_set", "variable", "period"),
}
IN_BOTH: Final = KEYS_IN_BOTH | LEDGER
# What must not be older than the newest erasure: it goes with the keys.
TOMBSTONE_TABLES: Final = ("casework.tombstone", "casework.erasure_certificate", "ingest.tombstone")

# What lies for a recipient to fetch: once it is destroyed, no backup has it.
LYING: Final = "casework.left_export_chunk"
# The extension fills it itself, and a login that is no superuser may not.
OF_POSTGIS: Final = "public.spatial_ref_sys"
PARTS: Final = {
    "data": [f"--exclude-table-data={table}" for table in (*KEYS_APART, *TOMBSTONE_TABLES, LYING, OF_POSTGIS)],
    "keys": ["--data-only", *(f"--table={table}" for table in (*KEYS_APART, *IN_BOTH, *TOMBSTONE_TABLES))],
    "tombstones": ["--data-only", *(f"--table={table}" for table in TOMBSTONE_TABLES)],
}


@dataclass(frozen=True)
class Backup:
    """The files of one moment, by what they hold: `data`, `keys`, `tombstones`."""

    taken_at: datetime
    files: dict[str, Path]


def back_up(
    database: Database, ring: KeyRing, owner: URL | str, folder: Path, *, actor: str, parts: Sequence[str] = tuple(PARTS)
) -> Backup:
    """Write the parts of a backup into a folder (mode 0600); a line in the audit log says so.

    `owner` may read every row. Raises `ProgramFailed`, `DatabaseDown`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _snapshot(owner) as (snapshot, taken_at):
        claims = {"taken_at": taken_at.isoformat(), "backup": str(uuid4())}
        files = {part: folder / f"{taken_at:%Y%m%dT%H%M%SZ}-{part}.waystation" for part in parts}
        for part, path in files.items():
            with _new_file(path) as target, dumping(owner, [f"--snapshot={snapshot}", *PARTS[part]]) as dump:
                seal_stream(ring, dump, target, {**claims, "part": part})
    with database.transaction(Zone.CASEWORK, actor=actor) as session:
        detail = {"parts": sorted(files), "backup": claims["backup"]}
        record(session, Action.BACKED_UP, "database", purpose=Purpose.SECURITY, count=len(files), detail=detail)
    return Backup(taken_at, files)


@contextmanager
def owner_address(settings: Settings) -> Iterator[URL]:
    """The address of the login that may read every row: of the given server, or of the embedded cluster, started."""
    given = settings.database_backup_url or settings.database_owner_url or settings.database_url
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
    else:
        with embedded_cluster(settings.var) as cluster:
            yield cluster.url(ADMINISTRATOR)


@contextmanager
def _snapshot(owner: URL | str) -> Iterator[tuple[str, datetime]]:
    """One moment of the database for all parts: what one file has, the other has the key to."""
    engine = create_engine(make_url(owner).set(drivername="postgresql+psycopg"), isolation_level="REPEATABLE READ")
    try:
        with translated(), engine.begin() as connection:
            yield _exported(connection)
    finally:
        engine.dispose()


def _exported(connection: Connection) -> tuple[str, datetime]:
    row: Any = connection.execute(text("SELECT pg_export_snapshot(), transaction_timestamp()")).one()
    return str(row[0]), row[1].astimezone(UTC)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A private file that is there under its name only once it is whole."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    try:
        with unfinished.open("wb") as target:
            yield target
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
