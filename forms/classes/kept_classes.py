"""The classes that a person set for a form version, and the form as it is kept by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart, classify
from forms.models import FormClasses

__all__ = ["NOTHING_SET", "Classes", "QuestionClass", "classes_of", "newest_classes", "with_classes"]


@dataclass(frozen=True)
class QuestionClass:
    """What a person said of a question; without a part it goes where `forms.definition.classify` puts it."""

    privacy: PrivacyClass
    part: RecordPart | None = None
    statistic: str | None = None


@dataclass(frozen=True)
class Classes:
    """What was set for a form version, by the paths of its questions; edition 0 is nothing."""

    edition: int
    records: RecordKind | None = None
    questions: Mapping[str, QuestionClass] = field(default_factory=dict)


NOTHING_SET = Classes(0)


def with_classes(definition: FormDefinition, classes: Classes) -> FormDefinition:
    """The form as it is kept. What its workbook declares is left as it is."""
    if not classes.edition:
        return definition
    questions = tuple(_classed(asked, classes.questions.get(asked.path)) for asked in definition.questions)
    declared = definition.record_kind is not RecordKind.OTHER
    kind = definition.record_kind if declared else classes.records or RecordKind.OTHER
    return replace(definition, questions=questions, record_kind=kind)


def _classed(asked: Question, given: QuestionClass | None) -> Question:
    if given is None or asked.declared:
        return asked
    privacy, part, statistic = classify(given.privacy, given.part, given.statistic)
    return replace(asked, privacy=privacy, part=part, statistic=statistic)


def newest_classes(session: Session, operation: str, form_id: str, version: str) -> Classes:
    """What holds for a form version (collection or casework zone)."""
    named = (FormClasses.operation == operation, FormClasses.form_id == form_id, FormClasses.version == version)
    row = session.scalars(select(FormClasses).where(*named).order_by(FormClasses.edition.desc()).limit(1)).first()
    return NOTHING_SET if row is None else classes_of(row)


def classes_of(row: FormClasses) -> Classes:
    """An edition as it was kept."""
    questions = {path: _question_class(given) for path, given in row.questions.items()}
    return Classes(row.edition, RecordKind(row.records) if row.records else None, questions)


def _question_class(given: Mapping[str, str]) -> QuestionClass:
    part = given.get("part")
    return QuestionClass(PrivacyClass(given["privacy"]), RecordPart(part) if part else None, given.get("statistic"))
