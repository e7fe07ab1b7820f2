"""How much came, by day and by who sends, and what share of it something was found in: numbers that tell of no person.

They are for supervisors, within reach, and never published: a day of one collector may be one household. Days are UTC's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scipy.special import bdtrc
from sqlalchemy import Date, case, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from core.access import require
from core.audit import Action, Purpose, record
from core.permissions import Right
from ingest.models import State, Submission
from ingest.review_models import FindingRow, ReviewState
from ingest.reviews.page_queue import newest_of_chain, reviewable
from ingest.reviews.read_reviews import newest_states
from ingest.seal_content import SUBMISSION

__all__ = ["CollectorFigure", "DayFigure", "figures_by_collector", "figures_by_day", "stands_out"]

DAY: Final = cast(func.timezone("UTC", Submission.received_at), Date)
RARELY: Final = 0.001  # by chance


@dataclass(frozen=True)
class DayFigure:
    """One day's answers to one form, by where they stand; an edit counts on its own day, in place of what it replaced."""

    day: date
    form_id: str
    received: int
    undecided: int
    on_hold: int
    approved: int
    rejected: int
    aside: int


@dataclass(frozen=True)
class CollectorFigure:
    """One collector's answers to a form on one day, and in how many of them something was found."""

    collector: str
    custody: str
    day: date
    received: int
    found: int


def figures_by_day(session: Session, since: datetime) -> list[DayFigure]:
    """By day and form, the newest day first; raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=SUBMISSION)
    decided = newest_states(access.operation)
    stands = func.coalesce(decided.c.state, literal(ReviewState.RECEIVED.value)).label("stands")
    aside = case((Submission.state == State.SET_ASIDE.value, 1), else_=0)
    each = select(DAY.label("day"), Submission.form_id, stands, aside.label("aside"))
    each = each.outerjoin(decided, decided.c.root_id == Submission.root_id)
    each_row = each.where(reviewable(access), newest_of_chain(), Submission.received_at >= since).subquery()
    counts = [func.count().filter(each_row.c.stands == state.value) for state in ReviewState]
    wanted = select(each_row.c.day, each_row.c.form_id, func.count(), *counts, func.sum(each_row.c.aside))
    wanted = wanted.group_by(each_row.c.day, each_row.c.form_id).order_by(each_row.c.day.desc(), each_row.c.form_id)
    figures = [DayFigure(*row) for row in session.execute(wanted)]
    _tell(session, sum(figure.received for figure in figures))
    return figures


def figures_by_collector(session: Session, form_id: str, since: datetime) -> list[CollectorFigure]:
    """By collector and day, of one form; raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=SUBMISSION)
    found = exists(FindingRow.id).where(FindingRow.submission == Submission.id)
    which = reviewable(access), newest_of_chain(), Submission.form_id == form_id, Submission.received_at >= since
    wanted = select(Submission.collector, Submission.custody, DAY, func.count(), func.count().filter(found)).where(*which)
    wanted = wanted.group_by(Submission.collector, Submission.custody, DAY).order_by(DAY, Submission.collector)
    figures = [CollectorFigure(*row) for row in session.execute(wanted)]
    _tell(session, sum(figure.received for figure in figures))
    return figures


def stands_out(found: int, received: int, others_found: int, others_received: int) -> bool:
    """Whether so many with findings would be rare by chance (1 in 1000), were this collector like the others together.

    One-sided: the chance of as many or more, by the binomial distribution of the others' share.
    """
    if not found or not others_received:
        return False
    share = max(others_found / others_received, 1 / (others_received + 1))  # none among the others is not "never"
    return float(bdtrc(found - 1, received, share)) < RARELY


def _tell(session: Session, count: int) -> None:
    record(session, Action.READ, SUBMISSION, purpose=Purpose.VERIFICATION, count=count, detail={"by": "figures"})
