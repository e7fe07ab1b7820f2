"""The forms on other servers that an operation pulls. Their tokens are sealed; the zone that pulls cannot read them."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from core import audit
from core.access import UNASSIGNED, Custody
from core.clear_columns import code_in, custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.protected_address import is_protected
from core.sealing.envelope import RecordKey
from ingest.models import SourceRow
from ingest.seal_content import SOURCE, new_key, open_content, open_key, seal_content
from ingest.sources.errors import FormMisnamed, SourceChanged, SourceExists, SourceUnknown, SourceUnprotected

__all__ = [
    "Kind",
    "Source",
    "add_source",
    "find_source",
    "list_sources",
    "number_of",
    "open_token",
    "protected",
    "sealed_token",
    "source_row",
    "there",
]


class Kind(StrEnum):
    """What kind of server it is."""

    KOBO = "kobotoolbox"
    CENTRAL = "odk-central"


CENTRAL_FORM = re.compile(r"[0-9]+/.+")


@dataclass(frozen=True)
class Source:
    """A form (`asset`) on the server at `address`; its records are answers to our form `form_id` and lie with `custody`."""

    id: UUID
    operation: str
    kind: Kind
    address: str
    asset: str
    form_id: str
    custody: Custody

    @property
    def collector(self) -> str:
        """By which name submissions say where they came from."""
        return f"source:{self.id}"


def add_source(
    session: Session,
    ring: KeyRing,
    operation: str,
    *,
    address: str,
    asset: str,
    form_id: str,
    token: str,
    kind: Kind = Kind.KOBO,
    custody: Custody = UNASSIGNED,
) -> Source:
    """Pull a form of another server from now on (collection zone); one that was removed is taken up again where it stood.

    `asset` is its id in KoboToolbox, and in ODK Central its project's number and its id (`7/arrival`). `token` is what the
    server asks for: an API token, or an account's e-mail and password in a line each. Raises `SourceUnprotected`,
    `FormMisnamed` or `SourceExists`.
    """
    plain = protected(address)
    if kind is Kind.CENTRAL and not CENTRAL_FORM.fullmatch(asset):
        raise FormMisnamed(asset=asset)
    row = session.scalar(there(operation, plain, asset))
    if row is not None and row.removed_at is None:
        raise SourceExists(address=plain, asset=asset)
    if row is None:
        row = SourceRow(id=uuid4(), operation=operation, address=plain, asset=asset, position=0, added_at=now())
        key = new_key(session, ring, operation, SOURCE, row.id)
    else:  # its records are known, and what was erased of them stays so
        key = open_key(session, ring, SOURCE, row.id)
    row.kind, row.form_id, row.custody, row.removed_at = kind, form_id, str(custody), None
    row.token = sealed_token(key, row, token)
    session.add(row)
    session.flush()
    audit.record(session, audit.Action.REGISTERED, f"{SOURCE}:{row.id}", purpose=audit.Purpose.ADMINISTRATION)
    return Source(row.id, operation, kind, plain, asset, form_id, custody)


def protected(address: str) -> str:
    """The address as it is kept; raises `SourceUnprotected`."""
    plain = address.rstrip("/")
    if not is_protected(plain):
        raise SourceUnprotected(address=plain)
    return plain


def there(operation: str, address: str, asset: str) -> Select[SourceRow]:
    """The source of this form, if there is one or was."""
    named = SourceRow.operation == operation, SourceRow.address == address, SourceRow.asset == asset
    return select(SourceRow).where(*named)


def sealed_token(key: RecordKey, row: SourceRow, token: str) -> bytes:
    """What a server asks for, sealed with the server and form that it is for."""
    return seal_content(key, SOURCE, row.id, json.dumps([row.address, row.asset, token]).encode())


def find_source(session: Session, source: UUID) -> Source:
    """Raises `SourceUnknown`."""
    return _source(source_row(session, source))


def source_row(session: Session, source: UUID) -> SourceRow:
    """Raises `SourceUnknown`, also for one that was removed."""
    row = session.get(SourceRow, source)
    if row is None or row.removed_at is not None:
        raise SourceUnknown(source=source)
    return row


def list_sources(session: Session, operation: str) -> list[Source]:
    """In the order in which they were added."""
    ours = SourceRow.operation == operation, SourceRow.removed_at.is_(None)
    rows = session.scalars(select(SourceRow).where(*ours).order_by(SourceRow.added_at, SourceRow.id))
    return [_source(row) for row in rows]


def number_of(ring: KeyRing, source: UUID, name: str) -> int:
    """The number that we give a record whose server numbers none: 128 bits of a keyed digest of what it calls it."""
    return int.from_bytes(ring.blind_token("pulled-name", f"{source}\0{name}")[:16])


def open_token(session: Session, ring: KeyRing, source: UUID) -> str:
    """The server's token (casework zone), which is given for the server and form that it was sealed with and no other.

    Raises `SourceUnknown`, `SourceChanged`, `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
    """
    row = session.get(SourceRow, source, options=[undefer(SourceRow.token)])
    if row is None or row.removed_at is not None:
        raise SourceUnknown(source=source)
    opened = open_content(open_key(session, ring, SOURCE, source), SOURCE, source, row.token)
    address, asset, token = json.loads(opened)
    if (address, asset) != (row.address, row.asset):
        raise SourceChanged(source=source)
    audit.record(session, audit.Action.READ, f"{SOURCE}:{source}", purpose=audit.Purpose.COLLECTION)
    return str(token)


def _source(row: SourceRow) -> Source:
    return Source(row.id, row.operation, code_in(row, "kind", Kind), row.address, row.asset, row.form_id, custody_of(row))
