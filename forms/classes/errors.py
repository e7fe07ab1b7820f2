"""What setting classes refuses, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.errors import Problem

__all__ = ["ClassRefusal", "ClassesChanged", "ClassesRejected", "FormNotPublished", "Why"]


class Why(StrEnum):
    """Why a class cannot be kept."""

    UNKNOWN = "unknown"
    DECLARED = "declared"
    DIRECT_COUNTED = "direct_counted"
    DIRECT_FACT = "direct_fact"
    VARIABLE_NAME = "variable_name"
    IN_REPEAT = "in_repeat"
    FED_TWICE = "fed_twice"
    KIND_DECLARED = "kind_declared"
    NO_CSV = "no_csv"
    NO_COLUMN = "no_column"
    NO_WORD = "no_word"
    NO_CLASS = "no_class"


SENTENCES: Final[Mapping[Why, str]] = {
    Why.UNKNOWN: "The form asks no such question. Correct its path.",
    Why.DECLARED: "Its workbook says how it is kept. Change it there, and publish a new version.",
    Why.DIRECT_COUNTED: "A direct identifier cannot feed a statistic. Choose another class, or leave the variable empty.",
    Why.DIRECT_FACT: "A direct identifier cannot be among the facts. Choose another class, or another part.",
    Why.VARIABLE_NAME: "This is no name of a variable. Write small letters, digits, '_', '.', '+' and '-', a letter first.",
    Why.IN_REPEAT: "An answer within a repeat is not counted. Leave the variable empty.",
    Why.FED_TWICE: "Another question feeds this variable already, and one answer would hide the other. Let one feed it.",
    Why.KIND_DECLARED: "Its workbook says what the form records. Change it there, and publish a new version.",
    Why.NO_CSV: "This is no CSV file in UTF-8. Save it as 'CSV UTF-8'.",
    Why.NO_COLUMN: "This column is missing. Have the file written by `forms classes --write`.",
    Why.NO_WORD: "There is no such class or part. Write one of those that the guide lists, or leave the cell empty.",
    Why.NO_CLASS: "A part or variable stands here without a class. Write the class too, or leave all three empty.",
}


@dataclass(frozen=True)
class ClassRefusal:
    """One thing to correct: the question's path, or a place in a file."""

    where: str
    why: Why

    def __str__(self) -> str:
        return f"{self.where}: {SENTENCES[self.why]}"


class ClassesRejected(Problem):
    """Classes that cannot be kept; `refusals` lists all that is wrong with them."""

    code = "FORM-008"
    says = "The classes for form {form_id} cannot be kept. {listed}"
    remedy = "Correct what is named and set them again; nothing was changed."

    def __init__(self, form_id: str, refusals: Sequence[ClassRefusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(form_id=form_id, listed="\n".join(["", *map(str, self.refusals), ""]))


class FormNotPublished(Problem):
    code = "FORM-009"
    says = "Operation {operation} has no form {form_id} of that version."
    remedy = "List the forms with `bin/waystation forms list {operation}`."


class ClassesChanged(Problem):
    code = "FORM-010"
    says = "Somebody else set classes for form {form_id} meanwhile: edition {edition} holds now."
    remedy = "Look at what holds now, and set yours again. Nothing of yours was kept."
