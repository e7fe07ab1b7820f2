"""Register who may send answers, and recognise them by the token in their server's address.

A token is 32 bytes that nobody can foresee, so its plain SHA-256 cannot be guessed back (unlike a password's).
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, literal_column, select, true
from sqlalchemy.orm import Session

from core.access import UNASSIGNED, Custody, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from core.postgres.turns import take_turns
from forms import RecordPart
from ingest.collectors.errors import NameMissing
from ingest.models import CollectorRow

__all__ = ["Collector", "add_collector", "collector_of", "find_collector"]


LONGEST_NAME: Final = 100
ROW_VERSION: Final[ColumnElement[str]] = literal_column("ingest.collector.xmin::text")


@dataclass(frozen=True)
class Collector:
    """A device or team that may send answers to one operation. `forms` are the only ones that it is offered; None: all.
    `carries` are the parts of which its phone may hold answers on the cases in its custody, beside their references; None: it
    holds no cases at all.

    `row_version` is PostgreSQL's of the row that was proven (`core.listed`): whoever looks at another proves that anew.
    """

    id: UUID
    operation: str
    name: str
    custody: Custody = UNASSIGNED
    forms: frozenset[str] | None = None
    carries: frozenset[RecordPart] | None = None
    row_version: str = field(default="", compare=False)

    def is_offered(self, form_id: str) -> bool:
        """Whether its phone may see and fetch a form of the operation."""
        return self.forms is None or form_id in self.forms


def add_collector(
    session: Session,
    operation: str,
    name: str,
    *,
    custody: Custody = UNASSIGNED,
    forms: Collection[str] | None = None,
    token: str = "",
) -> str:
    """Register a device or team and return its token, which is shown this once and not kept.

    `name` is stored in clear: name the device or the team, not a person. What it sends becomes records in `custody`; it is
    offered `forms`, or all of them. Asked again for the same `token`, as by a double click, it is one collector; without
    one, a token is drawn. Raises `NotAllowed` or `NameMissing`.
    """
    require(session, Right.KEEP_COLLECTORS, custody, subject="ingest.collector")
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NameMissing
    if token and _is_registered(session, token):
        return token
    token = token or secrets.token_urlsafe(32)
    row = CollectorRow(
        id=uuid4(),
        operation=operation,
        name=name,
        token_sha256=_fingerprint(token),
        created_at=now(),
        custody=str(custody),
        forms=sorted(set(forms)) if forms else None,
    )
    session.add(row)
    session.flush()
    record(session, Action.REGISTERED, f"ingest.collector:{row.id}", purpose=Purpose.ADMINISTRATION)
    return token


def _is_registered(session: Session, token: str) -> bool:
    """Whether the token was registered by now, where two ask for it at once."""
    fingerprint = _fingerprint(token)
    take_turns(session, f"ingest.collector:{fingerprint.hex()}")
    return session.scalar(select(CollectorRow.id).where(CollectorRow.token_sha256 == fingerprint)) is not None


def find_collector(session: Session, token: str) -> Collector | None:
    """The collector of a token, unless it was retired; before any operation is known.

    Row-level security shows a collector's row to its own operation and to whoever presents its token: the presented
    fingerprint is stated in the transaction and compared by the policy itself (migration 0003).
    """
    fingerprint = _fingerprint(token)
    session.execute(select(func.set_config("waystation.presented_token", fingerprint.hex(), true())))
    presented = CollectorRow.token_sha256 == fingerprint, CollectorRow.retired_at.is_(None)
    found = session.execute(select(CollectorRow, ROW_VERSION).where(*presented)).one_or_none()
    return replace(collector_of(found[0]), row_version=found[1]) if found else None


def collector_of(row: CollectorRow) -> Collector:
    """The collector that a row tells of."""
    forms = None if row.forms is None else frozenset(row.forms)
    carries = None if row.carries is None else frozenset(map(RecordPart, row.carries))
    return Collector(row.id, row.operation, row.name, Custody.parse(row.custody), forms, carries)


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
