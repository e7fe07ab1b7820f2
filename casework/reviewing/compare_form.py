"""Look at many submissions of a form: beside each other, or once more because the plan of checks was changed."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from casework.admission.arrival import Arrival, Desk
from casework.reviewing.check_arrivals import check_arrivals, looked_at
from core.access import NotAllowed, access_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from ingest.quality import OF_SEVERAL, compare, keep_findings, plan_of
from ingest.reviews import newest_submissions

__all__ = ["MOST_COMPARED", "compare_form", "look_again"]

MOST_COMPARED: Final = 2_000  # the newest of a form: what is older was compared when it came
AT_ONCE: Final = 200


def compare_form(session: Session, ring: KeyRing, operation: str, form_id: str) -> int:
    """Compare the newest submissions of a form with each other; how many findings are kept.

    For the program itself: raises `NotAllowed` for an account.
    """
    desk = _desk(session, ring, operation)
    arrivals = _arrivals(desk, form_id)
    looked = [looked_at(desk, arrival) for arrival in arrivals]
    found = compare(looked, plan_of(session, operation, form_id))
    each = {arrival.stored.id: found.get(arrival.stored.id, []) for arrival in arrivals}
    custodies = {arrival.stored.id: arrival.stored.custody for arrival in arrivals}
    return keep_findings(session, ring, operation, each, custodies, looked_for=OF_SEVERAL)


def look_again(session: Session, ring: KeyRing, operation: str, form_id: str) -> int:
    """Look at the newest submissions of a form as when they came, by the plan that is in force now; how many findings are kept.

    For the program itself: raises `NotAllowed` for an account.
    """
    desk = _desk(session, ring, operation)
    return check_arrivals(desk, _arrivals(desk, form_id))


def _desk(session: Session, ring: KeyRing, operation: str) -> Desk:
    if not access_of(session).system:
        raise NotAllowed(Right.REVIEW_SUBMISSION, "ingest.submission")
    return Desk(session, ring, operation)


def _arrivals(desk: Desk, form_id: str) -> Sequence[Arrival]:
    """Those that can be read; what cannot lies in quarantine with its reason."""
    newest = newest_submissions(desk.session, desk.operation, form_id, MOST_COMPARED)
    pieces = (newest[start : start + AT_ONCE] for start in range(0, len(newest), AT_ONCE))
    return [one for piece in pieces for one in desk.receive(piece).values() if isinstance(one, Arrival)]
