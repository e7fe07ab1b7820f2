"""A person takes consent back: sharing ends at once, statistics leave the record out from the next release on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.consent.consents import ConsentState, GivenBy, newest_consents
from casework.consent.record_consent import Statement, record_consent
from casework.errors import ConsentUnknown
from casework.rights_models import OURS
from casework.store.linked_persons import persons_of
from core.audit import Purpose
from core.keys.keyring import KeyRing

__all__ = ["withdraw_consent"]


def withdraw_consent(
    session: Session,
    ring: KeyRing,
    person_id: UUID,
    *,
    consent_to: Purpose,
    said_at: datetime,
    said_to: str,
    recipient: str = OURS,
    by: GivenBy = GivenBy.SELF,
    guardian: str = "",
) -> UUID:
    """Withdraw what was agreed to for a purpose and recipient; the id of the version that says so.

    Withdrawing the consent to assistance, under which the record is kept at all, restricts every use of it.
    Raises `ConsentUnknown`, `NotAllowed` or `RecordUnknown`.
    """
    given = {
        (consent.purpose, consent.recipient): consent
        for linked in persons_of(session, person_id)
        for consent in newest_consents(session, linked)
        if consent.state == ConsentState.GIVEN
    }
    former = given.get((consent_to.value, recipient))
    if former is None:
        raise ConsentUnknown(person=person_id, purpose=consent_to.value, recipient=recipient)
    withdrawal = Statement(
        consent_to,
        ConsentState.WITHDRAWN,
        said_at,
        said_to,
        recipient,
        given_by=by,
        guardian=guardian,
        text_version=former.text_version,
        language=former.language,
    )
    return record_consent(session, ring, person_id, withdrawal)
