"""Mend a submission that could not be admitted: an edit of it is made, and takes its place like one from its phone."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import FormUnpublished
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from forms import find_definition
from ingest import Post, read_submission
from ingest.reviews import edit_answers, find_reviewed

__all__ = ["repaired"]


def repaired(session: Session, ring: KeyRing, submission: UUID, answers: Mapping[str, str], *, purpose: Purpose) -> Post:
    """The edit as it is to be received, under the name and in the custody of whoever sent the original, with its files.

    `answers` go by the path of their question. What was sent stays, sealed, as the version before. Raises `NotAllowed`,
    `ingest.reviews.NotAwaitingReview`, `ingest.reviews.RepairUnusable`, `FormUnpublished`, or what reading it raises.
    """
    reviewed = find_reviewed(session, submission)
    definition = find_definition(session, reviewed.operation, reviewed.form_id, reviewed.form_version)
    if definition is None:
        raise FormUnpublished(form_id=reviewed.form_id, version=reviewed.form_version, operation=reviewed.operation)
    stored = read_submission(session, ring, submission, purpose=purpose)
    xml = edit_answers(stored.xml, definition, answers)
    detail = {"fields": sorted(definition.by_path[path].name for path in answers)}
    record(session, Action.CORRECTED, f"ingest.submission:{submission}", purpose=purpose, detail=detail)
    return Post(reviewed.operation, reviewed.collector, xml, stored.files, reviewed.custody)
