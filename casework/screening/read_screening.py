"""What the screening interview of a case told, scored, and what the rules propose; opened within a transaction that may.

The caller has settled who may read the facts and the narrative of the record, and has the person's key open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import ConsentState, may_use, newest_consents
from casework.models import Case, Interview, InterviewKind, Person
from casework.programme import Programme, Rule
from casework.screening.apply_rules import Told, first_fit
from casework.screening.score_indicators import score_indicators
from casework.store.kept_key import KeptKey
from casework.store.seal_record import open_parts
from core.audit import Purpose
from core.clear_columns import code_in
from forms import FormDefinition, Question, RecordKind, RecordPart, find_definition, list_forms
from ingest.forms_answered import forms_of

__all__ = ["PARTS", "Screening", "read_screening"]

PARTS: Final = (RecordPart.FACTS, RecordPart.NARRATIVE)  # where indicators are kept (`forms.indicators`)
STATUS: Final = "vic_TraffickingStatus"
AGES: Final = ("prs_Age", "vic_AgeWhenTrafficked")
NEEDS: Final = "needs"
NO_NEED: Final = "none"


@dataclass(frozen=True)
class Screening:
    """What was told, the row that fits it, and the needs that interviews of the case named, as codes of the programme."""

    told: Told
    proposal: Rule
    needs: tuple[str, ...] = field(repr=False)


def read_screening(session: Session, key: KeptKey, case: Case, programme: Programme) -> Screening:
    """Score the interview and read the rules; raises `CiphertextRefused` or `OldVersion`.

    An interview is scored by the version of the form that it was made with. Where that declares no indicator, or its raw answer
    is gone and nobody knows any more which it was, by the newest versions of the operation's screening forms.
    """
    answers = _answers(session.get_one(Person, case.person), key)
    told = Told(
        score_indicators(_questions(session, case), answers),
        str(answers.get(STATUS, "")).strip(),
        _age(answers),
        frozenset(_consents(session, case)),
    )
    needs = _needs(session, key, case, answers, programme)
    return Screening(told, first_fit(programme.screening.rules, told), needs)


def _answers(row: Person | Interview, key: KeptKey) -> dict[str, Any]:
    opened = open_parts(row, key, PARTS)
    return {name: answer for part in PARTS for name, answer in opened[part].items()}


def _questions(session: Session, case: Case) -> Mapping[str, Question]:
    by_name = {
        definition.short_names.get(question.path, question.path): question
        for definition in _definitions(session, case)
        for question in definition.questions
        if question.indicator
    }
    return by_name or {
        definition.short_names.get(question.path, question.path): question
        for definition in _newest(session, case.operation)
        for question in definition.questions
        if question.indicator
    }


def _definitions(session: Session, case: Case) -> Iterator[FormDefinition]:
    asked = Interview.case == case.id, Interview.kind == InterviewKind.SCREENING.value
    made_with = forms_of(session, session.scalars(select(Interview.submission).where(*asked)).all())
    for form_id, version in sorted(set(made_with.values())):
        definition = find_definition(session, case.operation, form_id, version)
        if definition:
            yield definition


def _newest(session: Session, operation: str) -> Iterator[FormDefinition]:
    for form in list_forms(session, operation):
        definition = find_definition(session, operation, form.form_id, form.version)
        if definition and definition.record_kind is RecordKind.SCREENING:
            yield definition


def _age(answers: Mapping[str, Any]) -> int | None:
    said = (str(answers.get(name, "")).strip() for name in AGES)
    return min((int(age) for age in said if age.isascii() and age.isdecimal()), default=None)


def _consents(session: Session, case: Case) -> Iterator[str]:
    for row in newest_consents(session, case.person):
        if row.state == ConsentState.GIVEN and may_use(session, case.person, code_in(row, "purpose", Purpose)):
            yield row.purpose


def _needs(session: Session, key: KeptKey, case: Case, answers: Mapping[str, Any], programme: Programme) -> tuple[str, ...]:
    """Of the newest interview that names any."""
    asked = Interview.case == case.id, Interview.kind == InterviewKind.ASSISTANCE.value
    newest_first = session.scalars(select(Interview).where(*asked).order_by(Interview.received_at.desc(), Interview.id))
    told = [open_parts(row, key, [RecordPart.FACTS])[RecordPart.FACTS].get(NEEDS) for row in newest_first]
    named = next((str(needs) for needs in [*told, answers.get(NEEDS)] if needs), "").split()
    return tuple(code for code in named if code in programme.lists["need"] and code != NO_NEED)
