"""Claim submissions for one transaction: their rows are locked, and what is locked is passed over."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from core.database import among
from ingest.hand_over import awaiting, complete_ones
from ingest.models import Submission

__all__ = ["awaiting_forms", "claim_lone"]


def awaiting_forms(session: Session, operation: str) -> list[tuple[str, str]]:
    """The forms, by id and version, to which there are answers that await casework."""
    forms = select(Submission.form_id, Submission.form_version).where(*awaiting(operation)).distinct()
    return [(form_id, version) for form_id, version in session.execute(forms)]


def claim_lone(session: Session, operation: str, forms: Collection[tuple[str, str]], limit: int) -> list[UUID]:
    """At most `limit` answers to some forms that await casework, and of whose chain of edits nothing else has arrived.

    They are this transaction's until it ends: others pass over them, and nobody else moves them on.
    """
    wanted = select(Submission.id).where(
        *complete_ones(operation),
        Submission.root_id == Submission.id,
        Submission.replaces.is_(None),
        tuple_(Submission.form_id, Submission.form_version).in_(forms),
    )
    in_order = wanted.order_by(Submission.received_at, Submission.id).limit(limit)
    claimed = session.scalars(in_order.with_for_update(key_share=True, skip_locked=True)).all()
    # Asked for after they are locked: an edit of one of them that comes now finds it taken, and awaits its own turn.
    others = select(Submission.root_id).where(among(Submission.root_id, claimed), Submission.id != Submission.root_id)
    edited = set(session.scalars(others))
    return [submission for submission in claimed if submission not in edited]
