"""Back-checks as casework takes part in them: a second interview counts in no table, and pairs are opened to be compared."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from casework.admission.arrival import Arrival, Desk
from casework.reviewing.check_arrivals import looked_at
from casework.reviewing.decide import decide
from core.access import NotAllowed, access_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from ingest.back_checks import ContentError, Outcome, content_errors, tell_outcome
from ingest.reviews import ReviewState

__all__ = ["compare_pairs", "tell_back_check"]


def tell_back_check(session: Session, ring: KeyRing, code: str, outcome: Outcome, again: UUID | None = None) -> None:
    """Note what came of a second visit; the second interview is rejected as a record, for its people are counted already.

    Raises what `ingest.back_checks.tell_outcome` and `casework.reviewing.decide` raise.
    """
    tell_outcome(session, code, outcome, again)
    if again is not None and outcome is Outcome.MET:
        decide(session, ring, again, ReviewState.REJECTED, f"Second interview of back-check {code.strip().upper()}")


def compare_pairs(session: Session, ring: KeyRing, operation: str, pairs: Sequence[tuple[UUID, UUID]]) -> list[ContentError]:
    """How often these pairs of interviews differ, by question; what does not open is left out.

    For the program itself, and gives rates alone: raises `NotAllowed` for an account.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.REVIEW_SUBMISSION, "ingest.submission")
    desk = Desk(session, ring, operation)
    opened = desk.receive(sorted({one for pair in pairs for one in pair})) if pairs else {}
    looked = {one: looked_at(desk, arrival) for one, arrival in opened.items() if isinstance(arrival, Arrival)}
    return content_errors([(looked[first], looked[again]) for first, again in pairs if first in looked and again in looked])
