"""Sealing the audit log: lines are written without any lock, and linked into a chain afterwards.

A line carries the id of its transaction. Sealing takes every line whose transaction was over when it looked (below
`pg_snapshot_xmin`) and that has no link yet, in order of number: digest = SHA-256(digest before || the line). No line with
such a transaction can turn up later, so no writer ever waits for the chain. Each sealing ends with a signed head, which is
also appended to a file outside the database: that copy shows a cut-off end, and a chain made anew.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from core.clock import now
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.models import AuditHead
from core.postgres.driver_connection import driver_connection
from core.sealing.signatures import sign, verification_key

__all__ = [
    "BATCH",
    "BELOW",
    "GENESIS",
    "LINE",
    "PURPOSE",
    "Head",
    "HeadsAhead",
    "HeadsUnreadable",
    "export_heads",
    "link",
    "read_heads",
    "seal_log",
]

PURPOSE: Final = "audit head"
FORMAT: Final = "waystation audit head 1"
CHAINED_FORMAT: Final = "waystation audit head 2"  # also signs which head came before
GENESIS: Final = bytes(32)
BATCH: Final = 10_000
WAIT_FOR_TURN: Final = text("SELECT pg_advisory_xact_lock(1463900499)")  # any number: who seals or exports does so alone
TAIL_BYTES: Final = 4096  # more than one exported head takes

# What a digest covers: every column of a line, as PostgreSQL writes it.
LINE: Final = (
    "e.number, (extract(epoch FROM e.at) * 1000000)::bigint AS at, e.actor, e.zone, e.operation, e.action, e.subject, "
    "e.purpose, e.count, e.detail::text AS detail, e.transaction"
)
BELOW: Final = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS below"
# The sealing's own transaction id is given out after the snapshot: it is above all that had begun by then.
SNAPSHOT: Final = text(f"SELECT {BELOW}, pg_current_xact_id()::text::bigint AS above")
# A line from beyond the newest transaction was restored from a server whose counter stood higher: it is over as well.
UNLINKED: Final = text(
    f"SELECT {LINE} FROM core.audit_entry e WHERE e.transaction >= :since "
    "AND (e.transaction < :below OR e.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint) "
    "AND NOT EXISTS (SELECT FROM core.audit_link l WHERE l.line = e.number) ORDER BY e.number"
)
COPY: Final = "COPY core.audit_link (position, line, digest) FROM STDIN"
ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class HeadsAhead(Problem):
    code = "CORE-130"
    says = "The exported heads in {path} know the audit log up to position {exported}; the database ends at {sealed}."
    remedy = (
        "Run `bin/waystation audit verify`. If the database was restored from a backup, keep the file as evidence under "
        "another name and export anew; if not, somebody cut off the end of the log: treat it as tampering."
    )


class HeadsUnreadable(Problem):
    code = "CORE-131"
    says = "In {path}, line {line} is not a head of the audit log."
    remedy = "Compare the file with the auditor's copy. Heads are only ever appended to it."


@dataclass(frozen=True)
class Head:
    """Where the chain stood after a sealing.

    `position` and `digest` of its last link; `highest` line number so far; all transactions under `below` were over and
    none from `above` on had begun, which tells a late line from one slipped in afterwards. `previous` is the position of the
    head before (0 before the first), so that none can be taken out between two; heads from before that was kept have none.
    """

    position: int
    digest: bytes
    highest: int
    below: int
    above: int
    sealed_at: datetime
    signature: bytes = b""
    previous: int | None = None

    @property
    def signed_content(self) -> bytes:
        moment = self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        said = [self.position, self.digest.hex(), self.highest, self.below, self.above, moment]
        whole = [FORMAT, *said] if self.previous is None else [CHAINED_FORMAT, *said, self.previous]
        return ENCODE(whole).encode()

    @classmethod
    def of_row(cls, row: AuditHead) -> "Head":
        return cls(row.position, row.digest, row.highest, row.below, row.above, row.sealed_at, row.signature, row.previous)

    def as_line(self, key: str) -> str:
        """One line of the exported file: JSON, with the public key for whoever has only this."""
        return ENCODE(
            {
                "position": self.position,
                "digest": self.digest.hex(),
                "highest": self.highest,
                "below": self.below,
                "above": self.above,
                "sealed_at": self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
                "key": key,
                "signature": self.signature.hex(),
                "previous": self.previous,
            }
        )

    @classmethod
    def of_line(cls, line: str) -> "Head":
        """Read what `as_line` wrote; raises `ValueError`, `KeyError` or `TypeError`."""
        said = json.loads(line)
        return cls(
            position=int(said["position"]),
            digest=bytes.fromhex(said["digest"]),
            highest=int(said["highest"]),
            below=int(said["below"]),
            above=int(said["above"]),
            sealed_at=datetime.fromisoformat(said["sealed_at"]),
            signature=bytes.fromhex(said["signature"]),
            previous=said.get("previous"),
        )


def seal_log(session: Session, ring: KeyRing) -> int:
    """Link every line that is due and sign where the chain then stands (audit zone); how many lines.

    Whoever comes while another seals waits and then links what is left: nothing is linked twice.
    """
    session.execute(WAIT_FOR_TURN)
    last = _last_head(session)
    below, above = session.execute(SNAPSHOT).one()
    since = last.below if last.below <= below else 0  # a restored database may count transactions anew
    lines = session.execute(UNLINKED, {"below": below, "since": since}, execution_options={"yield_per": BATCH})
    position, digest, highest = last.position, last.digest, last.highest
    for batch in lines.partitions():
        links = list(_links(batch, position, digest))
        _copy(session, links)
        position, _, digest = links[-1]
        highest = max(highest, *(line for _, line, _ in links))
    if position > last.position:
        head = Head(position, digest, highest, below, above, now(), previous=last.position)
        session.add(AuditHead(**{**head.__dict__, "signature": sign(ring, PURPOSE, head.signed_content)}))
        session.flush()
    return position - last.position


def link(before: bytes, line: Sequence[Any]) -> bytes:
    """The digest of a line (the columns of `LINE`) after the digest `before`."""
    return hashlib.sha256(before + ENCODE(list(line)).encode()).digest()


def export_heads(session: Session, ring: KeyRing, path: Path) -> int:
    """Append to the file every head that it does not have yet; how many. Raises `HeadsAhead` and `HeadsUnreadable`.

    The heads must be committed: a file that knows more than the database looks like a log that was cut.
    """
    session.execute(WAIT_FOR_TURN)
    exported = _last_exported(path)
    sealed = _last_head(session).position
    if exported > sealed:
        raise HeadsAhead(path=path, exported=exported, sealed=sealed)
    wanted = select(AuditHead).where(AuditHead.position > exported).order_by(AuditHead.position)
    key = verification_key(ring, PURPOSE)
    lines = [Head.of_row(row).as_line(key) + "\n" for row in session.scalars(wanted)]
    if lines:
        _append(path, "".join(lines))
    return len(lines)


def read_heads(path: Path) -> Iterator[Head]:
    """The exported heads, one by one, as they stand in the file; none where there is no file. Raises `HeadsUnreadable`."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Head.of_line(line)
            except (ValueError, KeyError, TypeError):
                raise HeadsUnreadable(line=number, path=path) from None


def _last_exported(path: Path) -> int:
    """The position of the file's last head; the file itself may have grown large."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        last = file.read().splitlines()[-1]
    try:
        return Head.of_line(last.decode()).position
    except (ValueError, KeyError, TypeError):
        raise HeadsUnreadable(line="the last", path=path) from None


def _last_head(session: Session) -> Head:
    row = session.scalars(select(AuditHead).order_by(AuditHead.position.desc()).limit(1)).one_or_none()
    return Head.of_row(row) if row else Head(0, GENESIS, 0, 0, 0, datetime.min.replace(tzinfo=UTC))


def _links(batch: Iterable[Row[Any]], position: int, digest: bytes) -> Iterator[tuple[int, int, bytes]]:
    for line in batch:
        position += 1
        digest = link(digest, line)
        yield position, line[0], digest


def _copy(session: Session, links: Iterable[tuple[int, int, bytes]]) -> None:
    with driver_connection(session).cursor() as cursor, cursor.copy(COPY) as copy:
        for row in links:
            copy.write_row(row)


def _append(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
