"""Gather what is held on a person for their access pack, and leave out what belongs to others.

Left out are: household members (each is a person with a pack of their own), names of interviewers and of readers (a role
stands for them), and free text in the narrative that its form declares a direct identifier: there interviewers note
what may name third persons. That it is held is said all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from casework.admission.sort_answers import Parts
from casework.models import Case, HouseholdMember, HouseholdRole, Interview, InterviewKind, Opening, Person
from casework.rights.access_pack import HeldAnswer, HeldSection, SharedWith
from casework.rights_models import FormerVersion, Restriction
from casework.store.kept_key import KeptKey
from casework.store.seal_record import Vault, open_parts, open_sealed
from core.audit import Purpose
from core.sealing.envelope import Binding
from forms import FormDefinition, PrivacyClass, Question, RecordPart, find_definition
from ingest import StoredSubmission, UploadedFile, read_submission, read_submissions

__all__ = ["Holdings", "count_others", "held_files", "held_sections", "restrictions_of", "shared_with"]

ALL_PARTS: Final = list(RecordPart)
FREE_TEXT: Final = frozenset({"string", ""})


@dataclass
class Holdings(Vault):
    """Where a person's pack is gathered from."""

    person: Person
    key: KeptKey
    language: str


@dataclass(frozen=True)
class _Form:
    title: str
    questions: Mapping[str, Question]


NO_FORM: Final = _Form("", {})


def held_sections(held: Holdings) -> list[HeldSection]:
    """What is held now, then what stood before corrections, each with its form's own questions."""
    interviews = _interviews(held)
    forms = _forms(held, interviews)
    screening = next((forms[row.id] for row in interviews if row.kind == InterviewKind.SCREENING), NO_FORM)
    sections = [_section(held, "person", screening, open_parts(held.person, held.key, ALL_PARTS))]
    for row in interviews:
        # A household member is told of in the screening alone, and what that says of them is kept with them.
        if row.kind == InterviewKind.ASSISTANCE:
            parts = open_parts(row, held.key, ALL_PARTS)
            sections.append(_section(held, row.kind, forms[row.id], parts, received_at=row.received_at))
    return [*sections, *_former(held, screening, forms)]


def held_files(held: Holdings, sections: Sequence[HeldSection]) -> list[UploadedFile]:
    """The files that answers shown in the pack name."""
    named = {answer.answer for section in sections for answer in section.answers if answer.answer}
    return [
        file.held()
        for row in _interviews(held)
        if _is_of(held, row)
        for file in read_submission(held.session, held.ring, row.submission, purpose=Purpose.RIGHTS).files
        if file.name in named
    ]


def shared_with(held: Holdings) -> list[SharedWith]:
    rows = held.session.scalars(select(Opening).where(Opening.person == held.person.id).order_by(Opening.opened_at))
    return [SharedWith(row.recipient, row.kind, tuple(row.parts), row.opened_at, row.until) for row in rows]


def restrictions_of(held: Holdings) -> list[Restriction]:
    """All that were ever set and began, also those that ended."""
    began = Restriction.person == held.person.id, Restriction.since <= func.now()
    return list(held.session.scalars(select(Restriction).where(*began).order_by(Restriction.since)))


def count_others(session: Session, person: UUID) -> int:
    """How many share the person's household."""
    mine = select(HouseholdMember.household).where(HouseholdMember.person == person)
    others = select(func.count()).where(HouseholdMember.household.in_(mine), HouseholdMember.person != person)
    return session.scalars(others).one()


def _interviews(held: Holdings) -> list[Interview]:
    """Those of the person's own cases, and the screening in which their household was told of."""
    told_of = HouseholdMember.person == held.person.id, HouseholdMember.role != HouseholdRole.JOINED.value
    households = select(HouseholdMember.household).where(*told_of)
    told = Case.household.in_(households) & (Interview.kind == InterviewKind.SCREENING)
    wanted = select(Interview).join(Case, Interview.case == Case.id).where(or_(Case.person == held.person.id, told))
    return list(held.session.scalars(wanted.order_by(Interview.received_at, Interview.id)))


def _is_of(held: Holdings, row: Interview) -> bool:
    return held.session.get_one(Case, row.case).person == held.person.id


def _forms(held: Holdings, interviews: Sequence[Interview]) -> dict[UUID, _Form]:
    read = read_submissions(held.session, held.ring, [row.submission for row in interviews], purpose=Purpose.RIGHTS)
    return {row.id: _form(held, read[row.submission]) for row in interviews}


def _form(held: Holdings, stored: object) -> _Form:
    """Without the raw answer or its form the answers are still held, under the names that they were given."""
    if not isinstance(stored, StoredSubmission):
        return NO_FORM
    definition = find_definition(held.session, held.operation, stored.form_id, stored.version)
    return _Form(definition.title, _by_name(definition)) if definition else NO_FORM


def _by_name(definition: FormDefinition) -> dict[str, Question]:
    names = definition.short_names
    return {names.get(question.path, question.path): question for question in definition.questions}


def _former(held: Holdings, screening: _Form, forms: Mapping[UUID, _Form]) -> Iterator[HeldSection]:
    rows = held.session.scalars(select(FormerVersion).where(FormerVersion.person == held.person.id))
    for row in sorted(rows, key=lambda row: (row.changed_at, row.row_version)):
        parts: Parts = {
            part: open_sealed(
                held.key, getattr(row, part.value), Binding(f"casework.{row.of}", row.record, part.value, row.row_version)
            )
            for part in RecordPart
        }
        reason = held.key.open(row.reason, Binding("casework.former_version", row.id, "reason")).decode()
        kind, form = ("person", screening) if row.of == "person" else ("assistance", forms.get(row.record, NO_FORM))
        yield _section(held, kind, form, parts, until=row.changed_at, changed_because=reason)


def _section(held: Holdings, kind: str, form: _Form, parts: Parts, **more: Any) -> HeldSection:
    answers = [answer for part in RecordPart for answer in _answers(held, form, part, parts[part])]
    order = {name: number for number, name in enumerate(form.questions)}
    answers.sort(key=lambda answer: order.get(answer.name, len(order)))
    return HeldSection(kind, form.title, tuple(answers), **more)


def _answers(held: Holdings, form: _Form, part: RecordPart, said: Mapping[str, Any], nth: str = "") -> Iterator[HeldAnswer]:
    for name, value in said.items():
        if isinstance(value, list):
            for number, item in enumerate(value, 1):
                yield from _answers(held, form, part, item, f" ({number})")
            continue
        question = form.questions.get(name)
        label = _in_language(question.labels, held.language) if question else ""
        about_others = bool(question) and _may_name_others(question, part)
        yield HeldAnswer(name, (label or name) + nth, None if about_others else _in_words(question, str(value), held.language))


def _may_name_others(question: Question | None, part: RecordPart) -> bool:
    if question is None:
        return False
    return part is RecordPart.NARRATIVE and question.privacy is PrivacyClass.DIRECT and question.kind in FREE_TEXT


def _in_words(question: Question | None, value: str, language: str) -> str:
    """A choice by its label instead of its code."""
    if question is None or not question.choices:
        return value
    return ", ".join(_in_language(question.choices.get(code, {}), language) or code for code in value.split())


def _in_language(labels: Mapping[str, str], language: str) -> str:
    return labels.get(language) or next(iter(labels.values()), "")
