"""What the record says of the person, and what they answered in interviews: each answer as a line, in the words of the form.

Left out are what may name others (a guardian, free words unless they are asked for), how to reach the person, files, and what
was asked of consent.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.narrative.report_texts import Spoken
from casework.narrative.section import Section
from casework.records.view_record import RecordView, ViewedField, ViewedSource
from core.access import access_of
from core.places import place_names
from forms import PrivacyClass, Question, RecordPart, find_definition, list_forms

__all__ = ["questions_by_name", "sections_of_record", "wanted_addresses"]

OF_CONSENT: Final = "con_"  # HTCDS: who gave consent, to what, with whom
CHOICES: Final = frozenset({"select1", "select", "rank"})
NOT_SAID: Final = frozenset({"binary", "dateTime"})  # files, and when a phone was in use
# What is told of the person, and what they told: never how to reach them.
ABOUT: Final = {RecordPart.IDENTITY: {PrivacyClass.DIRECT, PrivacyClass.QUASI}, RecordPart.FACTS: {PrivacyClass.QUASI}}
TOLD: Final = {RecordPart.FACTS: {PrivacyClass.SENSITIVE}}
IN_WORDS: Final = {RecordPart.NARRATIVE: {PrivacyClass.SENSITIVE, PrivacyClass.QUASI}}
ENDS: Final = ("?", "؟", ":", ".")  # a question that ends so needs no colon
Questions = Mapping[str, Question]


def questions_by_name(session: Session, operation: str) -> Questions:
    """The questions of the newest version of every form, by the name that answers are kept under."""
    found: dict[str, Question] = {}
    for form in list_forms(session, operation):
        definition = find_definition(session, operation, form.form_id, form.version)
        if definition:
            for question in definition.questions:
                found.setdefault(definition.short_names.get(question.path, question.path), question)
    return found


def wanted_addresses(view: RecordView, questions: Questions, *, in_words: bool) -> list[str]:
    """The fields that a draft is written from; `in_words`: also what was written down in free words."""
    return [
        one.address
        for source in view.sources
        for part in source.parts
        for one in part.fields
        if _is_about(source, part.part, one, questions) or _is_told(part.part, one, questions, in_words=in_words)
    ]


def sections_of_record(session: Session, view: RecordView, questions: Questions, spoken: Spoken) -> list[Section]:
    """Of a record with these fields revealed: who the person is, then what was told, interview by interview."""
    operation = access_of(session).operation
    places = place_names(session, operation, _unlabelled(view, questions), spoken.language)
    about: list[str] = []
    sections: list[Section] = []
    for source in view.sources:
        told: list[str] = []
        for part in source.parts:
            for one in part.fields:
                line = _line(questions.get(one.name), one, spoken, places)
                (about if _is_about(source, part.part, one, questions) else told).append(line)
        sections.append(Section("told", told, [_source(source, spoken)]))
    return [Section("person", about, [spoken.say("from_record")]), *sections]


def _unlabelled(view: RecordView, questions: Questions) -> set[str]:
    """Codes that no form has words for, as those of places: they alone are asked for, and nothing that was typed."""
    fields = (one for source in view.sources for part in source.parts for one in part.fields if one.value)
    asked = ((questions[one.name], str(one.value)) for one in fields if one.name in questions)
    return {code for question, said in asked if question.kind in CHOICES for code in said.split()} - {
        code for question in questions.values() for code in question.choices
    }


def _source(source: ViewedSource, spoken: Spoken) -> str:
    day = spoken.day(source.received_at.date()) if source.received_at else ""
    return spoken.say("from_interview", day=day) or spoken.say("from_screening")


def _is_about(source: ViewedSource, part: RecordPart, one: ViewedField, questions: Questions) -> bool:
    """Interviews after the first say again who it is."""
    return source.received_at is None and _fits(ABOUT, part, one, questions)


def _is_told(part: RecordPart, one: ViewedField, questions: Questions, *, in_words: bool) -> bool:
    return _fits(TOLD, part, one, questions) or (in_words and _fits(IN_WORDS, part, one, questions))


def _fits(wanted: Mapping[RecordPart, set[PrivacyClass]], part: RecordPart, one: ViewedField, questions: Questions) -> bool:
    """A question that no form asks any more is left out: nobody knows what it may name."""
    question = questions.get(one.name)
    if question is None or question.repeat or question.kind in NOT_SAID or one.name.startswith(OF_CONSENT):
        return False
    return question.privacy in wanted.get(part, ())


def _line(question: Question | None, one: ViewedField, spoken: Spoken, places: Mapping[str, str]) -> str:
    if question is None or one.value is None:
        return ""
    answer = _answer(question, one.value, spoken, places)
    label = _in(question.labels, spoken).strip() or question.name
    return spoken.say("asked" if label.endswith(ENDS) else "answer", question=label, answer=answer)


def _answer(question: Question, value: Any, spoken: Spoken, places: Mapping[str, str]) -> str:
    said = str(value).strip()
    if question.kind in CHOICES:
        codes = said.split() if question.kind != "select1" else [said]
        return ", ".join(_in(question.choices.get(code, {}), spoken) or places.get(code, code) for code in codes)
    if question.kind == "date":
        try:
            return spoken.day(said)
        except ValueError:
            return said
    return said


def _in(labels: Mapping[str, str], spoken: Spoken) -> str:
    return labels.get(spoken.language) or labels.get("en") or next(iter(labels.values()), "")
