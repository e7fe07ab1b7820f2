"""Every published form version of an operation, with how many of its questions nobody classified."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.classes.kept_classes import NOTHING_SET, classes_of
from forms.models import FormClasses, FormVersion
from forms.read_definition import read_form_definition

__all__ = ["FormVersionState", "list_form_versions"]


@dataclass(frozen=True)
class FormVersionState:
    """A form version with its number of questions, and of those that count as direct identifiers because nothing was said."""

    form_id: str
    version: str
    title: str
    published_at: datetime
    questions: int
    unset: int


def list_form_versions(session: Session, operation: str) -> list[FormVersionState]:
    """In order of form, the version published last first (collection or casework zone)."""
    editions = select(FormClasses).where(FormClasses.operation == operation).order_by(FormClasses.edition)
    newest = {(row.form_id, row.version): classes_of(row) for row in session.scalars(editions)}
    published = select(FormVersion).where(FormVersion.operation == operation)
    found = []
    for row in session.scalars(published.order_by(FormVersion.form_id, FormVersion.published_at.desc())):
        said = newest.get((row.form_id, row.version), NOTHING_SET).questions
        questions = read_form_definition(row.xform).questions
        unset = sum(not asked.declared and asked.path not in said for asked in questions)
        found.append(FormVersionState(row.form_id, row.version, row.title, row.published_at, len(questions), unset))
    return found
