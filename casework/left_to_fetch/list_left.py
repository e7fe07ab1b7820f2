"""What lies for a provider's accounts to fetch, and how far it is for those who proposed and approved it. Nobody is named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from casework.export_models import ExportLog, ExportPlan, ExportRecipient, LeftExport
from core.access import Access, NotAllowed, access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import among
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right
from core.sealing.sealed_file import recipient_fingerprint

__all__ = ["LeftState", "ToFetch", "count_to_fetch", "left_of", "page_to_fetch", "row_for", "subject_of", "to_fetch"]

TABLE: Final = "casework.left_export"
OFFICERS: Final = (Right.EXPORT_IDENTIFIED, Right.APPROVE_EXPORT, Right.SHARE_RECORD)
Found = tuple[LeftExport, ExportLog, ExportRecipient]


@dataclass(frozen=True)
class ToFetch:
    """A file that lies: `of_referral`, or an export of several. `fingerprint` is of the key that it is sealed for."""

    id: UUID
    of_referral: bool
    records: int
    size: int
    sha256: str
    fingerprint: str
    left_at: datetime
    until: datetime
    fetched_at: datetime | None


@dataclass(frozen=True)
class LeftState:
    """How far it is. `ended_why`: `received`, `over`, `taken_back`, `consent`, `restricted`, `held`, `erased`,
    `recipient_withdrawn`, or `restored` from a backup, which holds no such file; empty while it lies. `yours`: this account may
    take it back."""

    until: datetime
    fetches: int
    fetched_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    yours: bool

    @property
    def lies(self) -> bool:
        return self.ended_at is None


def subject_of(export: UUID) -> str:
    """How the audit log names what lies."""
    return f"{TABLE}:{export}"


def count_to_fetch(session: Session) -> int:
    """How many files lie for this account that nobody fetched yet; none for who fetches none."""
    found = _lying(session, access_of(session))
    return sum(row.fetched_at is None for row, _, _ in found)


def page_to_fetch(session: Session, *, after: UUID | None = None, size: int = PAGE) -> Page[ToFetch]:
    """Those that lie the longest first, page by page; raises `NotAllowed`."""
    access = require(session, Right.FETCH_EXPORTS, subject=TABLE)
    found = [to_fetch(*one) for one in _lying(session, access)]
    page = page_of(beyond(found, after), size)
    record(session, Action.READ, TABLE, purpose=Purpose.REFERRAL, count=len(page.rows))
    return page


def left_of(session: Session, exports: Collection[UUID]) -> Mapping[UUID, LeftState]:
    """Of these exports, those that were left to be fetched, for those who may propose or approve such; raises `NotAllowed`."""
    access = access_of(session)
    if not any(map(access.may, OFFICERS)):
        raise NotAllowed(Right.EXPORT_IDENTIFIED, TABLE)
    asked = select(LeftExport, ExportPlan).join(ExportPlan, LeftExport.export == ExportPlan.id)
    return {
        row.export: LeftState(
            row.until,
            row.fetches,
            row.fetched_at,
            row.ended_at,
            row.ended_why or "",
            access.may(Right.APPROVE_EXPORT) or access.actor in {plan.proposed_by, row.left_by},
        )
        for row, plan in session.execute(asked.where(among(LeftExport.export, exports)))
    }


def row_for(session: Session, access: Access, export: UUID) -> Found | None:
    """What was left for this account's provider, lying or ended, held until the transaction ends."""
    wanted = _of(access).where(LeftExport.export == export).with_for_update(of=LeftExport)
    found = session.execute(wanted, execution_options={"populate_existing": True}).one_or_none()
    return found and (found[0], found[1], found[2])


def to_fetch(row: LeftExport, left: ExportLog, to: ExportRecipient) -> ToFetch:
    """As its recipient sees it."""
    return ToFetch(
        row.export,
        row.of_referral,
        left.records,
        row.size,
        row.sha256,
        recipient_fingerprint(to.public_key),
        row.left_at,
        row.until,
        row.fetched_at,
    )


def _lying(session: Session, access: Access) -> list[Found]:
    lies = LeftExport.ended_at.is_(None), LeftExport.until > now()
    rows = session.execute(_of(access).where(*lies).order_by(LeftExport.left_at, LeftExport.export))
    return [(row, left, to) for row, left, to in rows]


def _of(access: Access) -> Select[LeftExport, ExportLog, ExportRecipient]:
    """Of the providers whose account it is."""
    asked = select(LeftExport, ExportLog, ExportRecipient).join(ExportLog, ExportLog.export == LeftExport.export)
    asked = asked.join(ExportRecipient, ExportLog.recipient == ExportRecipient.id)
    return asked.where(ExportRecipient.provider.in_(sorted(access.providers(Right.FETCH_EXPORTS))))
