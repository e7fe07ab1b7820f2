"""What the questions and choices of an operation's forms are called, for whoever reads answers without the form."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from forms.publish_form import find_form, newest_versions
from forms.read_definition import read_form_definition

__all__ = ["question_labels"]

MOST_KNOWN: Final = 64
# Every page of a record asks, and a form that was published does not change: by the MD5 of its content, and the language.
_known: dict[tuple[str, str], Mapping[str, str]] = {}


def question_labels(session: Session, operation: str, language: str) -> Mapping[str, str]:
    """The label of every question of the newest version of each form, by the question's name.

    In the language where the form has it, else in the form's first; a question without a label is left out.
    """
    labels: dict[str, str] = {}
    for form_id, version, md5 in newest_versions(session, operation):
        labels = {**_labels(session, operation, form_id, version, (md5, language)), **labels}
    return labels


def _labels(session: Session, operation: str, form_id: str, version: str, known_by: tuple[str, str]) -> Mapping[str, str]:
    found = _known.get(known_by)
    if found is None:
        form = find_form(session, operation, form_id, version)
        found = _read(form.xform, known_by[1]) if form else {}
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[known_by] = found
    return found


def _read(xform: bytes, language: str) -> Mapping[str, str]:
    labels: dict[str, str] = {}
    definition = read_form_definition(xform)
    for question in definition.questions:
        told = question.labels.get(language) or next(iter(question.labels.values()), "")
        if told:
            labels.setdefault(question.name, told)
    for name in (repeat.rsplit("/", 1)[1] for repeat in definition.repeats):
        labels.setdefault(name, name.replace("_", " "))
    return labels
