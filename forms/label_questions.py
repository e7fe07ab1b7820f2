"""What the questions and choices of an operation's forms are called, for whoever reads answers without the form."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy.orm import Session

from forms.publish_form import list_forms
from forms.read_definition import read_form_definition

__all__ = ["question_labels"]


def question_labels(session: Session, operation: str, language: str) -> Mapping[str, str]:
    """The label of every question of the newest version of each form, by the question's name.

    In the language where the form has it, else in the form's first; a question without a label is left out.
    """
    labels: dict[str, str] = {}
    for form in list_forms(session, operation):
        labels = {**_labels(form.xform, language), **labels}
    return labels


@lru_cache(16)  # every page of a record asks, and a form that was published does not change
def _labels(xform: bytes, language: str) -> Mapping[str, str]:
    labels: dict[str, str] = {}
    definition = read_form_definition(xform)
    for question in definition.questions:
        told = question.labels.get(language) or next(iter(question.labels.values()), "")
        if told:
            labels.setdefault(question.name, told)
    for name in (repeat.rsplit("/", 1)[1] for repeat in definition.repeats):
        labels.setdefault(name, name.replace("_", " "))
    return labels
