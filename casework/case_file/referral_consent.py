"""Nobody is told of a person who did not agree to it: a referral is sent on a consent, or another basis, for its provider."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework.case_file.errors import ReferralNotAgreed
from casework.case_file.transitions import Transition
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import may_share_with
from casework.models import Person
from casework.programme import OWN

__all__ = ["require_agreed"]


def require_agreed(session: Session, person: Person, row: Transition, fields: Mapping[str, Any]) -> None:
    """Raises `ReferralNotAgreed` where the step would send a person's referral to whom they did not agree to."""
    if (row.kind, row.act) != (EntryKind.REFERRAL, Act.SEND):
        return
    provider = str(fields["provider"])
    if provider != OWN and not may_share_with(session, person.id, provider):
        raise ReferralNotAgreed(provider=provider)
