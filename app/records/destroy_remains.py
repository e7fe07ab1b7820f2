"""Destroy what a deleted key leaves in PostgreSQL's own files.

A deleted row stays in its page until it is written over, and in the write-ahead log until the log moves on. So the key tables
are written anew without it (VACUUM FULL: some seconds for a million keys, during which nobody reads a key), the log is
moved on, and two checkpoints let go of its older files. What disks and snapshots of file systems keep is beyond this.
"""

from typing import Final

from sqlalchemy import URL, create_engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError

from app.backups.backup import KEYS_APART, owner_address
from app.program import Program
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.models import Operation, ProposalRow
from core.postgres.remains import NOTE, free_of_remains_until
from core.second_person import Act

__all__ = ["RemainsLeft", "destroy_remains", "destroy_what_is_left", "remains_left"]

STEPS: Final = (
    "SET lock_timeout = '10s'",  # whoever waits for the lock lets nobody else read a key
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
        "and may checkpoint (WAYSTATION_DATABASE_BACKUP_URL). The hourly task tries it too."
    )


def destroy_remains(owner: URL | str) -> None:
    """Write the key tables anew, move the write-ahead log on, and note it down; raises `RemainsLeft`."""
    url = make_url(owner).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    begun, step = now(), "connect"
    try:
        with engine.connect() as connection:
            for step in STEPS:
                connection.execute(text(step))
            step = "note it down"
            connection.execute(NOTE, {"at": begun})
    except DBAPIError:
        raise RemainsLeft(step=step) from None
    finally:
        engine.dispose()


def destroy_what_is_left(program: Program) -> None:
    """Destroy remains where something was erased since they were destroyed last; raises `RemainsLeft`."""
    if remains_left(program):
        with owner_address(program.settings) as owner:
            destroy_remains(owner)


def remains_left(program: Program) -> bool:
    """Whether anything was erased since remains were destroyed last, in any operation."""
    with program.database.transaction(Zone.CASEWORK) as session:
        clean = free_of_remains_until(session)
        operations = session.scalars(select(Operation.code)).all()
    for operation in operations:
        with program.database.transaction(Zone.CASEWORK, operation=operation) as session:
            erased = session.scalar(select(func.max(ProposalRow.done_at)).where(ProposalRow.act == Act.ERASURE))
        if erased and (clean is None or erased >= clean):
            return True
    return False
