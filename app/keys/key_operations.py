"""What is done with the key ring of a running installation: rotate, retire, tell its status, verify every wrapped key.

`approve(session, subject)` is called in the transaction that does the deed, before anything is changed, and raises where
a second person has to agree and has not (`app.cli.keys` decides how that is asked).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.keys.key_provider import key_provider
from app.keys.key_tables import KEY_TABLES
from app.keys.rewrap_keys import Rewrapped, rewrap, waiting
from app.program import Program
from core.access import Access, require
from core.audit_line import Action, Purpose, record
from core.database import Zone
from core.errors import Problem
from core.keys.key_ring_file import add_key, drop_key, reseal_key_ring
from core.keys.key_versions import known_versions, match_ring, retire_version, wait_for_writers
from core.keys.wrapped_keys import check_batch, count_by_version
from core.permissions import Right

__all__ = [
    "KEY_RING",
    "ROTATE",
    "Approve",
    "KeyInUse",
    "KeyVersionStatus",
    "failing_keys",
    "key_status",
    "note_use",
    "reseal",
    "reseal_subject",
    "retire",
    "retire_subject",
    "rotate",
]

KEY_RING: Final = "core.key_ring"
ROTATE: Final = f"{KEY_RING}:rotate"
Approve = Callable[[Session, str], None]


class KeyInUse(Problem):
    code = "CORE-128"
    says = "Key version {version} stays: {reason}."
    remedy = (
        "Run `bin/waystation keys status`; `keys rotate` re-wraps what is still under an older version. Nothing was changed."
    )


@dataclass(frozen=True)
class KeyVersionStatus:
    """A version of the ring, and how many record keys of each table are wrapped under it."""

    version: int
    added_at: datetime
    retired_at: datetime | None
    held: bool  # by the ring's file
    wrapped: dict[str, int]


def retire_subject(version: int) -> str:
    """What a proposal to retire a version is about."""
    return f"{KEY_RING}:retire:{version}"


def reseal_subject(successor: str) -> str:
    """What a proposal to seal the ring by another provider is about."""
    return f"{KEY_RING}:reseal:{successor}"


def rotate(program: Program, who: Access, approve: Approve, told: Callable[[int], None], *, anew: bool = False) -> Rewrapped:
    """Finish a rotation that was broken off, or add a key and re-wrap every record key under it.

    `anew` adds a key even where an earlier rotation is not finished. Running programs follow by
    themselves. Raises `NotAllowed`.
    """
    with program.database.transaction(Zone.KEYS, access=who) as session:
        require(session, Right.MANAGE_KEYS, subject=KEY_RING)  # to finish one, too, which needs no second agreement
    if anew or not waiting(program.database, program.ring, who):
        add_version(program, who, approve)
    return rewrap(program.database, program.ring, who, told)


def add_version(program: Program, who: Access, approve: Approve) -> int:
    """Add a key to the ring's file and then to what the database knows; a crash between the two is healed by the next start."""
    path = program.settings.keyring_path
    with program.database.transaction(Zone.KEYS, access=who) as session:
        approve(session, ROTATE)
        ring = add_key(path, key_provider(program.settings))
        match_ring(session, ring, path)
        note_use(session, "add", version=ring.current)
    program.ring.keys.update(ring.keys)
    return ring.current


def retire(program: Program, who: Access, version: int, approve: Approve) -> None:
    """Take a version out of use, and out of the ring's file, once nothing is wrapped under it; raises `KeyInUse`.

    The database is told first, and refuses the version from then on. If the file is not reached after that, run it again.
    """
    with program.database.transaction(Zone.KEYS, access=who) as session:
        require(session, Right.MANAGE_KEYS, subject=KEY_RING)
        known = known_versions(session)
        if version not in known:
            raise KeyInUse(version=version, reason="there is no such version")
        if version == program.ring.current:
            raise KeyInUse(version=version, reason="it is the one that wraps new record keys")
        if known[version].retired_at is None:
            wait_for_writers(session)
            left = sum(count_by_version(session, table).get(version, 0) for table in KEY_TABLES)
            if left:
                raise KeyInUse(version=version, reason=f"{left} record keys are wrapped under it")
            approve(session, retire_subject(version))
            retire_version(session, version)
            note_use(session, "retire", version=version)
    drop_key(program.settings.keyring_path, key_provider(program.settings), version)


def reseal(program: Program, who: Access, successor: str, approve: Approve) -> None:
    """Seal the ring's file by the provider called `successor`; the keys in it stay the same."""
    settings = program.settings
    to = key_provider(settings, successor)
    with program.database.transaction(Zone.KEYS, access=who) as session:
        require(session, Right.MANAGE_KEYS, subject=KEY_RING)
        approve(session, reseal_subject(successor))
        note_use(session, "reseal", provider=successor)
        reseal_key_ring(settings.keyring_path, key_provider(settings), to)


def key_status(program: Program, who: Access) -> list[KeyVersionStatus]:
    """Every version that was ever used, the oldest first."""
    with program.database.transaction(Zone.KEYS, access=who) as session:
        counted = {table.name: count_by_version(session, table) for table in KEY_TABLES}
        known = known_versions(session)
        note_use(session, "status")
    return [
        KeyVersionStatus(
            version=row.version,
            added_at=row.added_at,
            retired_at=row.retired_at,
            held=row.version in program.ring.keys,
            wrapped={table: counts.get(row.version, 0) for table, counts in counted.items()},
        )
        for row in known.values()
    ]


def failing_keys(program: Program, who: Access, told: Callable[[int], None]) -> Iterator[tuple[str, UUID]]:
    """Open every wrapped key, check its commitment and open no data; gives each that fails, as (table, record)."""
    for table in KEY_TABLES:
        after: tuple[UUID, str] | None = None
        more = True
        while more:
            with program.database.transaction(Zone.KEYS, access=who) as session:
                batch = check_batch(session, program.ring, table, after)
                detail = {"did": "verify", "failed": len(batch.refused)}
                record(session, Action.KEY_USED, table.name, purpose=Purpose.VERIFICATION, count=batch.count, detail=detail)
            told(batch.count)
            yield from ((table.name, failed) for failed in batch.refused)
            after = batch.last
            more = after is not None


def note_use(session: Session, did: str, **detail: object) -> None:
    """The audit line of an operation on the ring itself."""
    record(session, Action.KEY_USED, KEY_RING, purpose=Purpose.SECURITY, detail={"did": did, **detail})
