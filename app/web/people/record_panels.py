"""What the panels of a record show: read for those who may, and None for those who may not."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.web.desk import Desk
from app.web.signed_in import Visit
from casework import consent, family, records, rights
from core.access import Access, NotAllowed
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["Panels", "read_panels", "units_to_choose"]


@dataclass(frozen=True)
class Panels:
    """The contents of the panels; `may` says by right what the account may do with this very record."""

    may: dict[str, bool]
    today: str
    choices: dict[str, list[str]]
    newest: list[consent.ConsentVersion] | None = field(repr=False)
    earlier: list[consent.ConsentVersion] = field(repr=False)
    restrictions: list[consent.InForce] | None = field(repr=False)
    files: list[records.FileLabel] | None = field(repr=False)
    openings: list[records.OpenedRecord] | None = field(repr=False)
    edits: list[rights.EditToDecide]
    alone: bool


def read_panels(session: Session, ring: KeyRing, access: Access, view: records.RecordView, purpose: Purpose) -> Panels:
    """Read what is around a record, each part of it under its own right."""
    may = {right.value: access.may(right, view.custody) for right in Right}
    said = consent.consent_history(session, ring, view.person, purpose=purpose) if may[Right.RECORD_CONSENT] else None
    restrictions = consent.restrictions_in_force(session, view.person) if may[Right.READ_FACTS] else None
    openings = records.openings_of(session, ring, view.person) if may[Right.SHARE_RECORD] else None
    edits = rights.edits_to_decide(session, ring, view.person, purpose=purpose) if may[Right.CORRECT_RECORD] else []
    try:
        files = records.list_files(session, ring, view.person, purpose=purpose)
    except NotAllowed:  # a panel that is not there; nobody asked for it
        files = None
    newest = {(one.said.purpose, one.said.recipient, one.person): one for one in said or ()}
    return Panels(
        may=may,
        today=f"{now():%Y-%m-%d}",
        choices=_choices(),
        newest=None if said is None else [newest[about] for about in sorted(newest)],
        earlier=[one for one in said or () if one not in newest.values()],
        restrictions=restrictions,
        files=files,
        openings=openings,
        edits=edits,
        alone=may[Right.KEEP_FAMILY] and family.is_alone(session, view.person),
    )


def _choices() -> dict[str, list[str]]:
    """What the forms of the panels offer, by code."""
    use = [Purpose.ASSISTANCE, Purpose.STATISTICS, Purpose.REFERRAL, Purpose.PROTECTION, Purpose.VERIFICATION]
    return {
        "use": [one.value for one in use],
        "basis": [one.value for one in consent.LegalBasis],
        "given_by": [one.value for one in consent.GivenBy],
        "reason": [one.value for one in consent.RestrictionReason if one is not consent.RestrictionReason.REPORTER_ASKED],
        "request": [one.value for one in rights.RequestKind],
    }


def units_to_choose(desk: Desk, visit: Visit) -> list[tuple[UUID, str]]:
    """The units that a record can be given to: id, and the way down to it by names."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return desk.units.read(session)
