"""Destroy what a deleted key leaves in PostgreSQL's own files.

A deleted row stays in its page until it is written over, and in the write-ahead log until the log moves on. So the key tables
are written anew without it (VACUUM FULL: some seconds for a million keys, during which nobody reads a key), the log is
moved on, and two checkpoints let go of its older files. What disks and snapshots of file systems keep is beyond this.
"""

from typing import Final

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from app.backup import KEYS_APART
from core.errors import Problem

__all__ = ["RemainsLeft", "destroy_remains"]

STEPS: Final = (
    "SET lock_timeout = '30s'",
    *(f"VACUUM (FULL, ANALYZE) {table}" for table in KEYS_APART),
    "VACUUM (ANALYZE) casework.token",
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
)


class RemainsLeft(Problem):
    code = "APP-133"
    says = "The erasure is done, but remains of the destroyed keys may still lie in the database's files ({step})."
    remedy = (
        "Run `bin/waystation erase remains` when nobody else works; it needs a login that is a superuser or owns the tables "
        "and may checkpoint (WAYSTATION_DATABASE_BACKUP_URL). The daily task tries it too."
    )


def destroy_remains(owner: URL | str) -> None:
    """Write the key tables anew and move the write-ahead log on; raises `RemainsLeft`."""
    url = make_url(owner).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    step = "connect"
    try:
        with engine.connect() as connection:
            for step in STEPS:
                connection.execute(text(step))
    except DBAPIError:
        raise RemainsLeft(step=step) from None
    finally:
        engine.dispose()
