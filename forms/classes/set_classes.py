"""Set how closely the answers of a form point at a person, where its workbook does not say.

Each change is a new edition beside the form version, with who set it and when; editions are never changed. Answers
already admitted stay where they were put: a class holds for what is admitted from then on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.access import require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from forms.classes.errors import ClassesChanged, ClassesRejected, ClassRefusal, FormNotPublished, Why
from forms.classes.kept_classes import Classes, QuestionClass, classes_of, newest_classes, with_classes
from forms.definition import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart, refuse_variables_fed_twice
from forms.errors import VariableFedTwice
from forms.models import FormClasses, FormVersion
from forms.publish_form import find_form

__all__ = ["ClassesEdition", "FormToClassify", "earlier_version", "form_to_classify", "set_classes"]

VARIABLE: Final = re.compile(r"[a-z][a-z0-9_.+-]{0,59}")


@dataclass(frozen=True)
class ClassesEdition:
    """That somebody set classes: how many questions had one then."""

    edition: int
    set_by: str
    set_at: datetime
    questions: int


@dataclass(frozen=True)
class FormToClassify:
    """A form version for whoever sets its classes: by its workbook alone, as it is kept now, and how it came to that."""

    declared: FormDefinition
    classes: Classes
    history: tuple[ClassesEdition, ...]  # the newest first

    @property
    def kept(self) -> FormDefinition:
        """The form by which answers are admitted now."""
        return with_classes(self.declared, self.classes)

    @property
    def unset(self) -> tuple[Question, ...]:
        """The questions of which nobody said anything: direct identifiers all."""
        return tuple(
            asked for asked in self.declared.questions if not asked.declared and asked.path not in self.classes.questions
        )


def form_to_classify(session: Session, operation: str, form_id: str, version: str | None = None) -> FormToClassify:
    """A version of a form, or the one published last (collection or casework zone); raises `FormNotPublished`."""
    form = find_form(session, operation, form_id, version)
    if form is None:
        raise FormNotPublished(operation=operation, form_id=form_id)
    named = (FormClasses.operation == operation, FormClasses.form_id == form_id, FormClasses.version == form.version)
    rows = session.scalars(select(FormClasses).where(*named).order_by(FormClasses.edition.desc())).all()
    history = tuple(ClassesEdition(row.edition, row.set_by, row.set_at, len(row.questions)) for row in rows)
    return FormToClassify(form.definition, classes_of(rows[0]) if rows else Classes(0), history)


def earlier_version(session: Session, operation: str, form: FormToClassify) -> FormToClassify | None:
    """The version of the same form published before this one, if there is one (collection or casework zone)."""
    of_form = (FormVersion.operation == operation, FormVersion.form_id == form.declared.form_id)
    this = select(FormVersion.published_at).where(*of_form, FormVersion.version == form.declared.version).scalar_subquery()
    before = select(FormVersion.version).where(*of_form, FormVersion.published_at < this)
    version = session.scalars(before.order_by(FormVersion.published_at.desc()).limit(1)).first()
    return None if version is None else form_to_classify(session, operation, form.declared.form_id, version)


def set_classes(
    session: Session,
    operation: str,
    form_id: str,
    version: str,
    questions: Mapping[str, QuestionClass | None],
    *,
    records: RecordKind | None = None,
    seen: int | None = None,
) -> Classes:
    """Set classes by the paths of questions, None takes one back, and what the form records (collection zone).

    Questions that are not named stay as they are, and without `records` so does what the form records. The same again
    changes nothing. `seen` is the edition that whoever decides looked at. Raises `NotAllowed`, `FormNotPublished`,
    `ClassesRejected` with all that is wrong, and `ClassesChanged` where another edition came between.
    """
    subject = f"forms.form_version:{form_id}"
    access = require(session, Right.CLASSIFY_FORM, subject=subject)
    form = form_to_classify(session, operation, form_id, version)
    held = form.classes
    if seen not in {None, held.edition}:
        raise ClassesChanged(form_id=form_id, edition=held.edition)
    wanted = {path: given for path, given in {**held.questions, **questions}.items() if given is not None}
    new = Classes(held.edition + 1, records or held.records, wanted)
    _refuse(form.declared, new, set(questions))
    changed = {path for path in {*held.questions, *wanted} if held.questions.get(path) != wanted.get(path)}
    if not changed and (new.records or RecordKind.OTHER) is (held.records or RecordKind.OTHER):
        return held
    _add(session, operation, form.declared, new, access.actor)
    detail = {"version": version, "edition": new.edition, "fields": len(changed), "kind": new.records or ""}
    record(session, Action.CLASSIFIED, subject, purpose=Purpose.ADMINISTRATION, detail=detail)
    return new


def _add(session: Session, operation: str, form: FormDefinition, new: Classes, actor: str) -> None:
    row = {
        "operation": operation,
        "form_id": form.form_id,
        "version": form.version,
        "edition": new.edition,
        "records": new.records,
        "questions": {path: _as_kept(given) for path, given in new.questions.items()},
        "set_by": actor,
        "set_at": now(),
    }
    added = insert(FormClasses).values(row).on_conflict_do_nothing().returning(FormClasses.edition)
    if session.execute(added).first() is None:
        holds = newest_classes(session, operation, form.form_id, form.version)
        raise ClassesChanged(form_id=form.form_id, edition=holds.edition)


def _as_kept(given: QuestionClass) -> dict[str, str]:
    kept = {"privacy": given.privacy, "part": given.part, "statistic": given.statistic}
    return {word: str(said) for word, said in kept.items() if said}


def _refuse(form: FormDefinition, new: Classes, named: set[str]) -> None:
    asked = {question.path: question for question in form.questions}
    refusals = [ClassRefusal(path, Why.UNKNOWN) for path in sorted(named - set(asked))]
    for path, question in asked.items():
        if path in named and question.declared:
            refusals.append(ClassRefusal(path, Why.DECLARED))
        elif path in new.questions:
            refusals += [ClassRefusal(path, why) for why in _refusals(question, new.questions[path])]
    if new.records and form.record_kind not in {RecordKind.OTHER, new.records}:
        refusals.append(ClassRefusal(form.form_id, Why.KIND_DECLARED))
    try:
        refuse_variables_fed_twice(with_classes(form, new))
    except VariableFedTwice as twice:
        refusals.append(ClassRefusal(str(twice.where["second"]), Why.FED_TWICE))
    if refusals:
        raise ClassesRejected(form.form_id, refusals)


def _refusals(question: Question, given: QuestionClass) -> Iterator[Why]:
    direct = given.privacy is PrivacyClass.DIRECT
    if direct and given.statistic:
        yield Why.DIRECT_COUNTED
    if direct and given.part is RecordPart.FACTS:
        yield Why.DIRECT_FACT
    if given.statistic and not VARIABLE.fullmatch(given.statistic):
        yield Why.VARIABLE_NAME
    if given.statistic and question.repeat:
        yield Why.IN_REPEAT
