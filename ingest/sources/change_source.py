"""A source is changed, or is pulled no more. Its records stay, and stay known, whatever becomes of it."""

from uuid import UUID

from sqlalchemy.orm import Session

from core import audit
from core.access import Custody
from core.clock import now
from core.keys.keyring import KeyRing
from ingest.seal_content import SOURCE, open_key
from ingest.sources.errors import SourceExists, TokenNeeded
from ingest.sources.register_source import Source, find_source, protected, sealed_token, source_row, there

__all__ = ["change_source", "remove_source"]


def change_source(
    session: Session,
    ring: KeyRing,
    source: UUID,
    *,
    address: str | None = None,
    token: str | None = None,
    form_id: str | None = None,
    custody: Custody | None = None,
) -> Source:
    """Change what is given, for what is pulled from now on (collection zone); what was taken in before stays as it is.

    A token is for one server alone, so another `address` asks for the `token` too. Raises `SourceUnknown`, `SourceUnprotected`,
    `TokenNeeded`, or `SourceExists` where the form is pulled from that address already, or was.
    """
    row = source_row(session, source)
    plain = row.address if address is None else protected(address)
    if plain != row.address:
        if token is None:
            raise TokenNeeded(address=plain)
        if session.scalar(there(row.operation, plain, row.asset)) is not None:
            raise SourceExists(address=plain, asset=row.asset)
        row.address = plain
    if token is not None:
        row.token = sealed_token(open_key(session, ring, SOURCE, source), row, token)
    row.form_id = row.form_id if form_id is None else form_id
    row.custody = row.custody if custody is None else str(custody)
    session.flush()
    _tell(session, source, "changed")
    return find_source(session, source)


def remove_source(session: Session, ring: KeyRing, source: UUID) -> None:
    """Pull it no more, and forget its token (collection zone). Raises `SourceUnknown`.

    What was taken in stays with its files. Which record is which stays known as well, so a source that is added again begins
    where this one stood, and what was erased of it is not fetched again.
    """
    row = source_row(session, source)
    row.token = sealed_token(open_key(session, ring, SOURCE, source), row, "")
    row.removed_at = now()
    session.flush()
    _tell(session, source, "removed")


def _tell(session: Session, source: UUID, change: str) -> None:
    subject = f"{SOURCE}:{source}"
    detail = {"change": change}
    audit.record(session, audit.Action.REGISTERED, subject, purpose=audit.Purpose.ADMINISTRATION, detail=detail)
