"""Restore a data backup with the newest keys, and keep erased whoever was erased since.

Three things keep them erased: their keys are not in the newest key backup; rows without a key are purged with their
tokens; and tombstones are applied, which matters when no key backup is newer than the data.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, create_engine, make_url, text

from app.backups.backup import IN_BOTH, KEYS_APART, LEDGER, PARTS
from app.backups.purge_erased import purge_erased
from app.backups.restoring_login import make_roles, require_login, write_down_everything
from core.audit_line import Action
from core.database import Base, translated
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.postgres.postgres_programs import restore
from core.sealing.sealed_stream import open_stream, read_claims

__all__ = ["DatabaseHoldsData", "KeysOlder", "NotThatPart", "Restored", "restore_backup"]

NOT_YET: Final = (
    "This login may not ask the server for a checkpoint: what was purged lies in its write-ahead log until the next ones come "
    "by themselves. `CHECKPOINT` twice, by a superuser, destroys it at once."
)
DATA_ONLY: Final = "--data-only"


class DatabaseHoldsData(Problem):
    code = "APP-130"
    says = "The database holds data in {table}; nothing was restored over it."
    remedy = "Restore into an empty database: another WAYSTATION_VAR, or another database in WAYSTATION_DATABASE_URL."


class KeysOlder(Problem):
    code = "APP-131"
    says = (
        "The keys of {keys} are older than the data of {data}: records made between the two would not open, and persons "
        "erased between the two would come back unless their tombstones are given."
    )
    remedy = "Take the newest key backup. If there is none, repeat with --older-keys, and with --tombstones if you have them."


class NotThatPart(Problem):
    code = "APP-132"
    says = "{path} holds the {found} of a backup, not the {wanted}."
    remedy = "Name the file that ends in -{wanted}.waystation."


@dataclass(frozen=True)
class Restored:
    """What was restored: the moments of its parts, rows purged by table, and what an officer should know of it."""

    data_of: datetime
    keys_of: datetime
    tombstones_of: datetime
    purged: dict[str, int]
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Part:
    path: Path
    taken_at: datetime
    ring: KeyRing

    def contents(self) -> Iterator[bytes]:
        with self.path.open("rb") as source:
            yield from open_stream(self.ring, source)


def restore_backup(
    owner: URL | str,
    program: str,
    ring: KeyRing,
    *,
    data: Path,
    keys: Path,
    tombstones: Path | None = None,
    older_keys: bool = False,
    actor: str,
) -> Restored:
    """Restore into an empty database of the login `owner`, which need be no superuser; `program` is granted the zones.

    Raises `DatabaseHoldsData`, `LoginTooWeak`, `KeysOlder`, `NotThatPart`, `SealedFileRefused`, `ProgramFailed` or
    `DatabaseDown`; the database is then as empty as before.
    """
    its_data, its_keys = _part(ring, data, "data"), _part(ring, keys, "keys")
    its_tombstones = max([its_keys, *_parts(ring, tombstones)], key=lambda part: part.taken_at)
    older = its_keys.taken_at < its_data.taken_at
    if older and not older_keys:
        raise KeysOlder(keys=f"{its_keys.taken_at:%Y-%m-%d %H:%M}", data=f"{its_data.taken_at:%Y-%m-%d %H:%M}")
    for part in (its_data, its_keys, *([] if its_tombstones is its_keys else [its_tombstones])):
        for _ in part.contents():
            pass  # proven to its end before a byte of it is used
    with _autocommit(owner) as connection:
        _require_empty(connection)
        require_login(connection, program)
        _clear(connection)
        make_roles(connection, program)
        try:
            _load(owner, connection, its_data, its_keys, its_tombstones)
            purged = purge_erased(connection, without_key=not older)
            _leave_line(connection, actor, its_data, its_keys, purged)
        except BaseException:
            _clear(connection)
            raise
        written_down = _settle(connection)
    warnings = _warnings(its_data, its_keys, its_tombstones) + ([] if written_down or not purged else [NOT_YET])
    return Restored(its_data.taken_at, its_keys.taken_at, its_tombstones.taken_at, purged, warnings)


def _part(ring: KeyRing, path: Path, wanted: str) -> _Part:
    with path.open("rb") as source:
        claims = read_claims(source)
    if claims.get("part") != wanted:
        raise NotThatPart(path=path, found=claims.get("part"), wanted=wanted)
    return _Part(path, datetime.fromisoformat(str(claims["taken_at"])), ring)


def _parts(ring: KeyRing, tombstones: Path | None) -> list[_Part]:
    return [_part(ring, tombstones, "tombstones")] if tombstones else []


def _load(owner: URL | str, connection: Connection, data: _Part, keys: _Part, tombstones: _Part) -> None:
    """Tables, rows, keys, tombstones; then indexes, constraints, triggers and walls, which the rows must satisfy."""
    restore(owner, data.contents(), ["--section=pre-data"])
    restore(owner, data.contents(), ["--section=data"])
    with _newer_rows(connection, keys_are_newer=keys.taken_at >= data.taken_at):
        restore(owner, keys.contents(), _only([*KEYS_APART, *IN_BOTH]))
    restore(owner, tombstones.contents(), _only(_tombstone_tables()))
    _leave_out_what_has_no_key(connection)
    restore(owner, data.contents(), ["--section=post-data"])


@contextmanager
def _newer_rows(connection: Connection, *, keys_are_newer: bool) -> Iterator[None]:
    """Of the tables in both files: every row that one of them has, and the newer where both have it.

    An account that was closed since stays closed, and no key lies under a version that was retired since.
    """
    there = {table: names for table, names in IN_BOTH.items() if _is_there(connection, table)}
    for number, table in enumerate(there):
        connection.execute(text(f"CREATE TEMPORARY TABLE of_data_{number} AS TABLE {table}"))
        connection.execute(text(f"TRUNCATE {table}"))
    yield
    for number, (table, names) in enumerate(there.items()):
        row = ", ".join(names)
        if not keys_are_newer:
            connection.execute(text(f"DELETE FROM {table} WHERE ({row}) IN (SELECT {row} FROM of_data_{number})"))
        lacking = f"SELECT * FROM of_data_{number} WHERE ({row}) NOT IN (SELECT {row} FROM {table})"
        connection.execute(text(f"INSERT INTO {table} {lacking}"))
        connection.execute(text(f"DROP TABLE of_data_{number}"))


def _leave_out_what_has_no_key(connection: Connection) -> None:
    """Keys and data are of different moments. A period's proof without its evidence proves nothing; blocks are built anew."""
    for table in ("protected_table", "proof"):
        connection.execute(
            text(
                f"DELETE FROM anonymizer.{table} t WHERE NOT EXISTS (SELECT FROM anonymizer.sealed_evidence e "
                "WHERE e.operation = t.operation AND e.population = t.population AND e.period = t.period)"
            )
        )
    for table, block in (("fact_column", "block"), ("fact_block", "id")):
        connection.execute(
            text(f"DELETE FROM anonymizer.{table} WHERE {block} NOT IN (SELECT k.block FROM anonymizer.block_key k)")
        )
    if _is_there(connection, "casework.left_export"):  # whose file is in no backup
        lying = "SET ended_at = now(), ended_by = 'restore', ended_why = 'restored' WHERE ended_at IS NULL"
        connection.execute(text(f"UPDATE casework.left_export {lying}"))
    for table in filter(partial(_is_there, connection), LEDGER):  # of an operation that was added since
        connection.execute(text(f"DELETE FROM {table} WHERE operation NOT IN (SELECT code FROM core.operation)"))


def _is_there(connection: Connection, table: str) -> bool:
    """Data that were backed up by an older version lack tables that came since."""
    return connection.scalar(text("SELECT to_regclass(:table)"), {"table": table}) is not None


def _tombstone_tables() -> list[str]:
    return [option.removeprefix("--table=") for option in PARTS["tombstones"] if option.startswith("--table=")]


def _only(tables: Sequence[str]) -> list[str]:
    """Options of `pg_restore` that choose these tables: it takes schemas and names apart."""
    schemas, names = zip(*(table.split(".") for table in tables), strict=True)
    return [
        DATA_ONLY,
        *(f"--schema={name}" for name in sorted(set(schemas))),
        *(f"--table={name}" for name in sorted(set(names))),
    ]


def _autocommit(owner: URL | str) -> "_Opened":
    return _Opened(owner)


class _Opened:
    """A connection of the owner outside transactions, closed with its pool."""

    def __init__(self, owner: URL | str) -> None:
        url = make_url(owner).set(drivername="postgresql+psycopg")
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)

    def __enter__(self) -> Connection:
        with translated():
            self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _schemas() -> list[str]:
    return sorted({table.schema for table in Base.metadata.tables.values() if table.schema})


def _require_empty(connection: Connection) -> None:
    """By the size of the tables: a login that is no superuser does not see rows behind their walls."""
    found = connection.scalar(
        text(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = ANY (:schemas) AND pg_relation_size(c.oid) > 0 ORDER BY 1 LIMIT 1"
        ),
        {"schemas": _schemas()},
    )
    if found:
        raise DatabaseHoldsData(table=found)


def _clear(connection: Connection) -> None:
    """Take away empty tables, or those of a restore that failed halfway."""
    for schema in _schemas():
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    connection.execute(text("DROP TABLE IF EXISTS public.alembic_version"))


def _leave_line(connection: Connection, actor: str, data: _Part, keys: _Part, purged: dict[str, int]) -> None:
    """In the restored log itself, as the owner: the program is not at work yet."""
    count = sum(purged.values())
    told = f'{{"data_of": "{data.taken_at.isoformat()}", "keys_of": "{keys.taken_at.isoformat()}"}}'
    connection.execute(
        text(
            "INSERT INTO core.audit_entry (actor, zone, operation, action, subject, purpose, count, detail) "
            "VALUES (:actor, current_user, '', :action, 'database', 'security', :count, CAST(:told AS jsonb))"
        ),
        {"actor": actor, "action": Action.RESTORED.value, "count": count, "told": told},
    )


def _settle(connection: Connection) -> bool:
    """What was purged leaves the tables' files too; whether the server has let go of its log of them."""
    for table in KEYS_APART:
        connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
    connection.execute(text("VACUUM (ANALYZE)"))
    return write_down_everything(connection)


def _warnings(data: _Part, keys: _Part, tombstones: _Part) -> list[str]:
    told = []
    if keys.taken_at <= data.taken_at and tombstones.taken_at <= data.taken_at:
        told.append(
            "No keys or tombstones newer than the data were given: whoever was erased after "
            f"{data.taken_at:%Y-%m-%d %H:%M} UTC is back. Carry out those erasures again from their certificates. "
            "For this reason keep key backups for days only."
        )
    elif keys.taken_at <= data.taken_at:
        told.append(
            f"The keys are not newer than the data. Erasures up to {tombstones.taken_at:%Y-%m-%d %H:%M} UTC were applied from "
            "their tombstones; later ones are to be carried out again. The old key backup still opens them: destroy it."
        )
    if keys.taken_at < data.taken_at:
        told.append("Records made between the keys and the data do not open. They were left as they are.")
    return told
