"""What waits to leave, and the log of what left, for officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from casework.export_errors import ExportUnknown
from casework.export_models import ExportLog, ExportPlan, ExportRecipient
from core.access import NotAllowed, access_of
from core.paging import PAGE, Page, page_of
from core.permissions import Right
from core.proposals_in_reach import may_approve
from core.sealing.sealed_file import recipient_fingerprint
from core.second_person import Proposal, find_proposal

__all__ = ["LoggedExport", "PlannedExport", "export_log", "find_export", "planned", "referral_of", "waiting_exports"]


@dataclass(frozen=True)
class PlannedExport:
    """An export as whoever approves it sees it."""

    id: UUID
    proposal: UUID
    state: str
    recipient: str
    organisation: str
    fingerprint: str
    fields: tuple[str, ...]
    records: int
    left_out: Mapping[str, int]
    purpose: str
    basis: str
    proposed_by: str
    until: datetime
    yours_to_decide: bool
    fetches: bool  # accounts here may fetch it, if it is left for them
    referral: UUID | None = None  # the entry of a case file that it is a package of


@dataclass(frozen=True)
class LoggedExport:
    """An export that left."""

    id: UUID
    recipient: str
    organisation: str
    fields: tuple[str, ...]
    records: int
    left_out: Mapping[str, int]
    purpose: str
    basis: str
    sha256: str
    carried_out_by: str
    carried_out_at: datetime


def waiting_exports(session: Session) -> list[PlannedExport]:
    """Exports that wait for a second person, or for being carried out; raises `NotAllowed`."""
    _require_officer(session)
    found = [planned(session, *row) for row in session.execute(_plans())]
    return [one for one in found if one.state in {"proposed", "approved"}]


def find_export(session: Session, export: UUID) -> PlannedExport:
    """One export, whatever has become of it; raises `NotAllowed` or `ExportUnknown`."""
    _require_officer(session)
    row = session.execute(_plans().where(ExportPlan.id == export)).one_or_none()
    if row is None:
        raise ExportUnknown(export=export)
    return planned(session, *row)


def export_log(session: Session, *, after: UUID | None = None, size: int = PAGE) -> Page[LoggedExport]:
    """What left, newest first and page by page; raises `NotAllowed`."""
    _require_officer(session)
    asked = select(ExportLog, ExportRecipient).join(ExportRecipient, ExportLog.recipient == ExportRecipient.id)
    last = session.get(ExportLog, after) if after else None
    if last:
        at, export = ExportLog.carried_out_at, ExportLog.export
        asked = asked.where((at < last.carried_out_at) | ((at == last.carried_out_at) & (export > last.export)))
    rows = session.execute(asked.order_by(ExportLog.carried_out_at.desc(), ExportLog.export).limit(size + 1))
    return page_of((_logged(line, to) for line, to in rows), size)


def _logged(line: ExportLog, to: ExportRecipient) -> LoggedExport:
    return LoggedExport(
        line.export,
        to.name,
        to.organisation,
        tuple(line.fields),
        line.records,
        line.left_out,
        line.purpose,
        line.basis,
        line.sha256,
        line.carried_out_by,
        line.carried_out_at,
    )


def _plans() -> Select[ExportPlan, ExportRecipient]:
    plans = select(ExportPlan, ExportRecipient).join(ExportRecipient, ExportPlan.recipient == ExportRecipient.id)
    return plans.order_by(ExportPlan.proposed_at, ExportPlan.id)


def planned(session: Session, plan: ExportPlan, to: ExportRecipient) -> PlannedExport:
    """A plan with where it stands."""
    proposal = find_proposal(session, plan.proposal)
    return PlannedExport(
        plan.id,
        plan.proposal,
        proposal.state.value,
        to.name,
        to.organisation,
        recipient_fingerprint(to.public_key),
        tuple(plan.fields),
        len(plan.persons),
        plan.left_out,
        plan.purpose,
        plan.basis,
        plan.proposed_by,
        proposal.until,
        may_approve(access_of(session), proposal),
        to.provider is not None,
        referral_of(proposal),
    )


def referral_of(proposal: Proposal) -> UUID | None:
    """The referral that an export is a package of; what was approved says it."""
    entry = proposal.detail.get("entry")
    return UUID(str(entry)) if entry else None


def _require_officer(session: Session) -> None:
    access = access_of(session)
    if not any(map(access.may, (Right.EXPORT_IDENTIFIED, Right.APPROVE_EXPORT))):
        raise NotAllowed(Right.EXPORT_IDENTIFIED, "casework.export_plan")
