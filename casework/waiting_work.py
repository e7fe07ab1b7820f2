"""How much waits for somebody: broken glass to review, pairs to resolve, requests of persons that are overdue.

Numbers only, and only of what that account may settle itself: nothing is opened and no record is named, so this leaves no line
in the audit log. The pages that show the records do.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.duplicates.review_duplicates import resolvable_pairs
from casework.models import Opening, OpeningKind, Person
from casework.rights_models import RightsRequest
from core.access import Custody, access_of
from core.clock import now
from core.permissions import Right

__all__ = ["WaitingWork", "waiting_work"]

COUNTED_PAIRS: Final = 100  # "100 or more" says enough


@dataclass(frozen=True)
class WaitingWork:
    """How many of each; `pairs` is counted up to a hundred."""

    broken_glass: int = 0
    pairs: int = 0
    requests: int = 0


def waiting_work(session: Session) -> WaitingWork:
    """What waits for the account that the transaction works for; nothing where it may not settle any."""
    return WaitingWork(
        broken_glass=_broken_glass(session),
        pairs=_pairs(session),
        requests=_overdue_requests(session),
    )


def _broken_glass(session: Session) -> int:
    access = access_of(session)
    if not access.may(Right.REVIEW_BREAK_GLASS):
        return 0
    unjudged = Opening.kind == OpeningKind.BROKEN_GLASS.value, Opening.reviewed_at.is_(None), Opening.actor != access.actor
    return _within(session, Right.REVIEW_BREAK_GLASS, list(session.scalars(select(Opening.custody).where(*unjudged))))


def _pairs(session: Session) -> int:
    if not access_of(session).may(Right.RESOLVE_DUPLICATES):
        return 0
    return len(resolvable_pairs(session, limit=COUNTED_PAIRS))


def _overdue_requests(session: Session) -> int:
    if not access_of(session).may(Right.GIVE_ACCESS_PACK):
        return 0
    overdue = RightsRequest.answered_at.is_(None), RightsRequest.due_at < now()
    custodies = select(Person.custody).join(RightsRequest, RightsRequest.person == Person.id).where(*overdue)
    return _within(session, Right.GIVE_ACCESS_PACK, list(session.scalars(custodies)))


def _within(session: Session, right: Right, custodies: list[str]) -> int:
    """How many of these lie where the account holds the right."""
    access = access_of(session)
    return sum(access.may(right, Custody.parse(custody)) for custody in custodies)
