"""Draw submissions to be checked by a second interview, by chance and from every collector."""

import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from ingest.models import State, Submission
from ingest.review_models import BackCheckRow
from ingest.reviews.page_queue import newest_of_chain, reviewable

__all__ = ["BACK_CHECK", "Drawn", "Outcome", "draw_sample", "list_drawn"]

BACK_CHECK: Final = "ingest.back_check"
LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another
CODE: Final = 6


class Outcome(StrEnum):
    """What came of the second visit."""

    MET = "met"
    NOT_MET = "not_met"  # moved on, refused or away: says nothing about the first interview
    NEVER_INTERVIEWED = "never_interviewed"  # nobody there was interviewed before


@dataclass(frozen=True)
class Drawn:
    """One submission of the sample, by the code that it has in the field."""

    id: UUID
    code: str
    submission: UUID
    form_id: str
    collector: str
    received_at: datetime
    outcome: Outcome | None
    again: UUID | None


def draw_sample(session: Session, form_id: str, share: float, since: datetime) -> int:
    """Draw this share of each collector's admitted submissions since a moment, at least one of each; how many were drawn.

    What was drawn before is counted towards the share and not drawn again. Raises `NotAllowed`.
    """
    access = require(session, Right.REVIEW_SUBMISSION, subject=BACK_CHECK)
    drawn = exists(BackCheckRow.id).where(BackCheckRow.submission == Submission.id)
    second = exists(BackCheckRow.id).where(BackCheckRow.again == Submission.id)
    wanted = select(Submission.id, Submission.collector, Submission.custody, drawn).where(
        reviewable(access), newest_of_chain(), ~second, Submission.form_id == form_id, Submission.received_at >= since
    )
    by_collector: dict[str, list[tuple[UUID, str, bool]]] = defaultdict(list)
    for submission, collector, custody, is_drawn in session.execute(wanted.where(Submission.state == State.HANDLED.value)):
        by_collector[collector].append((submission, custody, is_drawn))
    rows = [row for theirs in by_collector.values() for row in _of_collector(session, form_id, theirs, share)]
    session.add_all(rows)
    session.flush()
    detail = {"code": form_id}
    record(session, Action.REGISTERED, BACK_CHECK, purpose=Purpose.VERIFICATION, count=len(rows), detail=detail)
    return len(rows)


def list_drawn(session: Session, form_id: str = "") -> list[Drawn]:
    """The sample within reach, the newest first; raises `NotAllowed`."""
    require(session, Right.REVIEW_SUBMISSION, subject=BACK_CHECK)
    wanted = select(BackCheckRow, Submission.collector, Submission.received_at)
    wanted = wanted.join(Submission, Submission.id == BackCheckRow.submission)
    if form_id:
        wanted = wanted.where(BackCheckRow.form_id == form_id)
    rows = session.execute(wanted.order_by(BackCheckRow.drawn_at.desc(), BackCheckRow.id)).all()
    record(session, Action.READ, BACK_CHECK, purpose=Purpose.VERIFICATION, count=len(rows))
    return [
        Drawn(
            row.id,
            row.code,
            row.submission,
            row.form_id,
            collector,
            received_at,
            Outcome(row.outcome) if row.outcome in set(Outcome) else None,
            row.again,
        )
        for row, collector, received_at in rows
    ]


def _of_collector(session: Session, form_id: str, theirs: list[tuple[UUID, str, bool]], share: float) -> Iterator[BackCheckRow]:
    before = sum(is_drawn for *_, is_drawn in theirs)
    left = [(submission, custody) for submission, custody, is_drawn in theirs if not is_drawn]
    chance = secrets.SystemRandom()  # so that nobody foresees whose interviews are looked at
    for submission, custody in chance.sample(left, min(len(left), max(0, ceil(share * len(theirs)) - before))):
        yield BackCheckRow(
            id=uuid4(),
            operation=access_of(session).operation,
            submission=submission,
            form_id=form_id,
            code="".join(secrets.choice(LETTERS) for _ in range(CODE)),
            custody=custody,
            drawn_by=access_of(session).actor,
            drawn_at=now(),
        )
