"""One submission before a supervisor: what was found in it, and what was decided about it so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.models import Case, Interview, MovementEvent
from casework.store.bulk_limit import count_reading
from core.audit import Purpose
from core.keys.keyring import KeyRing
from forms import find_definition
from ingest.quality import KeptFinding, read_findings
from ingest.reviews import ReviewState, ReviewTold, find_reviewed, read_reviews

__all__ = ["SubmissionView", "view_submission"]


@dataclass(frozen=True)
class SubmissionView:
    """What a supervisor sees. `labels` are the questions' own words by name and language; `records` leads to what became of it:
    the kind of record and its id. Of one that was set aside, `reasons` say why, and `repairable` names questions by path."""

    id: UUID
    form_id: str
    form_version: str
    collector: str
    received_at: datetime
    aside: bool
    reasons: Sequence[str]
    repairable: Mapping[str, str]
    state: ReviewState
    records: Sequence[tuple[str, UUID]]
    findings: Sequence[KeptFinding] = field(repr=False)
    reviews: Sequence[ReviewTold] = field(repr=False)
    labels: Mapping[str, Mapping[str, str]] = field(repr=False)


def view_submission(session: Session, ring: KeyRing, submission: UUID, *, purpose: Purpose) -> SubmissionView:
    """The newest version of an answer, as far as it concerns its quality.

    Answers are told where a check stumbled over them, but none that points at a person by itself. Raises `NotAllowed`,
    `ingest.reviews.NotAwaitingReview`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`.
    """
    row = find_reviewed(session, submission)
    persons, reports = _records(session, row.chain)
    count_reading(session, persons, reports=reports)
    definition = find_definition(session, row.operation, row.form_id, row.form_version)
    reviews = read_reviews(session, ring, submission, purpose=purpose)
    return SubmissionView(
        id=row.id,
        form_id=row.form_id,
        form_version=row.form_version,
        collector=row.collector,
        received_at=row.received_at,
        aside=row.aside,
        reasons=row.reasons,
        repairable={
            question.path: question.name
            for question in (definition.questions if definition else ())
            if question.repeat is None and question.labels and question.kind != "binary"
        },
        state=reviews[0].state if reviews else ReviewState.RECEIVED,
        records=[*(("person", one) for one in persons), *(("report", one) for one in reports)],
        findings=read_findings(session, ring, submission, purpose=purpose),
        reviews=reviews,
        labels={question.name: question.labels for question in definition.questions} if definition else {},
    )


def _records(session: Session, chain: UUID) -> tuple[list[UUID], list[UUID]]:
    """The persons and the reports that the chain became."""
    persons = select(Case.person).join(Interview, Interview.case == Case.id).where(Interview.chain == chain)
    reports = select(MovementEvent.id).where(MovementEvent.chain == chain)
    return list(session.scalars(persons)), list(session.scalars(reports))
