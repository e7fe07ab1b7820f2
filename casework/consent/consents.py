"""What a person agreed to, and what follows from it: may their record be used for a purpose, or be seen by a recipient?

Consent is kept per purpose and recipient, version after version; the newest counts. What it forbids stands in
`casework.restriction`, which the database derives from it: a withdrawal or refusal from that moment on, an expiry from its own.
Restrictions that the person asked for stand in the same table. Of a person with several linked records, what is stopped in
one is stopped in all, until it is allowed again where it was stopped; a consent given in one of them is the person's. Not to
have been asked in one record stops nothing in another.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from casework.errors import RecordRestricted
from casework.models import Person
from casework.rights_models import OURS, Consent, Restriction
from casework.store.linked_persons import persons_of, persons_of_each
from core.audit import Purpose
from core.clear_columns import code_in
from core.database import among_given

__all__ = [
    "EVERYTHING",
    "ConsentState",
    "GivenBy",
    "LegalBasis",
    "Sharing",
    "consent_in_force",
    "forbidden_for",
    "in_force",
    "may_share_with",
    "may_use",
    "newest_consents",
    "require_unrestricted",
    "usable",
]

EVERYTHING: Final = "*"  # as the purpose of a restriction
ALWAYS_ALLOWED: Final = frozenset({Purpose.RIGHTS, Purpose.LEGAL})  # or nobody could answer the person's own request


class ConsentState(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_ASKED = "not_asked"  # forbids what a refusal forbids


class LegalBasis(StrEnum):
    """Why a record may be used. All but consent are decided by a person of ours, who is named."""

    CONSENT = "consent"
    VITAL_INTEREST = "vital_interest"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_INTEREST = "public_interest"
    LEGITIMATE_INTEREST = "legitimate_interest"


class GivenBy(StrEnum):
    """Who spoke for the person."""

    SELF = "self"
    GUARDIAN = "guardian"
    HOUSEHOLD = "household"  # the member of the household who was interviewed
    NOBODY = "nobody"  # the basis is not consent


@dataclass(frozen=True)
class Sharing:
    """The consent or other basis under which a recipient may see a record, until a moment if it ends by itself."""

    consent: UUID
    basis: LegalBasis
    until: datetime | None = field(default=None)


def may_share_with(session: Session, person: UUID, recipient: str) -> bool:
    """Whether the recipient (the code of an organisation, or an account) may see the person's record at this moment.

    There must be a consent or another basis for this very recipient, and no restriction of sharing. Refused also where the
    person is out of reach.
    """
    return consent_in_force(session, person, Purpose.REFERRAL, recipient) is not None


def may_use(session: Session, record: UUID, purpose: Purpose) -> bool:
    """Whether nothing forbids the use of a person's record or a movement report for a purpose."""
    return _forbidding(session, record, purpose) is None


def usable(session: Session, persons: Collection[UUID], purpose: Purpose) -> set[UUID]:
    """Those of the persons whose record nothing forbids to use for a purpose, in it or in one that is linked with it."""
    if not persons or purpose in ALWAYS_ALLOWED:
        return set(persons)
    linked = persons_of_each(session, persons)
    asked = {one for same in linked.values() for one in same}
    found = session.execute(STOPPED, {"persons": list(asked), **_use(purpose, OURS)}).all()
    here = {row.person for row in found}
    everywhere = {row.person for row in found if row.reason != ConsentState.NOT_ASKED}
    return {person for person, same in linked.items() if person not in here and everywhere.isdisjoint(same)}


def require_unrestricted(session: Session, record: UUID, purpose: Purpose) -> None:
    """Raises `RecordRestricted`; never for the person's own rights, nor for what the law demands."""
    reason = _forbidding(session, record, purpose)
    if reason:
        raise RecordRestricted(record=record, purpose=purpose.value, reason=reason)


def forbidden_for(session: Session, person: UUID, purpose: Purpose, recipient: str) -> bool:
    """Whether a restriction forbids this use of a person's record by a recipient, whatever its legal basis."""
    return _forbidding(session, person, purpose, recipient) is not None


def consent_in_force(session: Session, person: UUID, purpose: Purpose, recipient: str = OURS) -> Sharing | None:
    """The newest consent or other basis for a purpose and recipient, if it holds now and the use is not restricted."""
    if session.get(Person, person) is None or _forbidding(session, person, purpose, recipient):
        return None
    about = Consent.purpose == purpose.value, Consent.recipient == recipient
    said = session.scalars(
        select(Consent)
        .where(Consent.person.in_(persons_of(session, person)), *about)
        .order_by(Consent.recorded_at, Consent.version)
    )
    given = [row for row in {row.person: row for row in said}.values() if row.state == ConsentState.GIVEN]
    if not given:
        return None
    newest = max(given, key=lambda row: row.recorded_at)
    return Sharing(newest.id, code_in(newest, "basis", LegalBasis), newest.valid_until)


def newest_consents(session: Session, person: UUID) -> list[Consent]:
    """The newest version for each purpose and recipient that was said in this record; linked ones speak for themselves."""
    rows = session.scalars(select(Consent).where(Consent.person == person).order_by(Consent.version))
    newest = {(row.purpose, row.recipient): row for row in rows}
    return [newest[about] for about in sorted(newest)]


def in_force() -> ColumnElement[bool]:
    """A restriction that has begun and has not ended. By the database's clock, as it is and not as it was when the transaction
    began: a withdrawal that commits meanwhile counts."""
    moment = func.clock_timestamp()
    return and_(Restriction.since <= moment, or_(Restriction.until.is_(None), Restriction.until > moment))


def _forbidding(session: Session, record: UUID, purpose: Purpose, recipient: str = OURS) -> str | None:
    """The reason of a restriction that forbids this use."""
    if purpose in ALWAYS_ALLOWED:
        return None
    asked = {"record": record, "persons": persons_of(session, record), **_use(purpose, recipient)}
    return session.scalars(FORBIDDING, asked).first()


def _use(purpose: Purpose, recipient: str) -> dict[str, object]:
    """What `FORBIDS` is asked about."""
    return {"purposes": [purpose.value, EVERYTHING], "recipients": [recipient, OURS]}


FORBIDS: Final = among_given(Restriction.purpose, "purposes"), among_given(Restriction.recipient, "recipients"), in_force()
STOPPED: Final = select(Restriction.person, Restriction.reason).where(among_given(Restriction.person, "persons"), *FORBIDS)
FORBIDDING: Final = (
    select(Restriction.reason)
    .where(
        or_(
            Restriction.person == bindparam("record"),
            Restriction.movement_event == bindparam("record"),
            and_(among_given(Restriction.person, "persons"), Restriction.reason != ConsentState.NOT_ASKED.value),
        ),
        *FORBIDS,
    )
    .limit(1)
)
