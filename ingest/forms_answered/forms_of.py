"""Which form, and which version of it, submissions were answered by; nothing is opened (zones collection and casework)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import among
from ingest.models import Submission

__all__ = ["forms_of"]


def forms_of(session: Session, submission_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """By submission, the id of its form and the version; one that is erased is absent."""
    asked = select(Submission.id, Submission.form_id, Submission.form_version).where(among(Submission.id, submission_ids))
    return {submission: (form_id, version) for submission, form_id, version in session.execute(asked)}
