"""Suggest how closely each answer of a form points at a person, with the reason. Nothing is set by it.

A suggestion errs on the side of protection: free text is taken to name people, and nothing is ever suggested to be open,
for whether an answer can harm nobody is not to be read off a form. The words looked for are in `words.toml`.
"""

import csv
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from forms.build_questionnaire import FOLDER
from forms.classes.kept_classes import QuestionClass
from forms.classes.set_classes import FormToClassify
from forms.definition import PrivacyClass, Question, RecordPart

__all__ = ["Reason", "Suggestion", "known_variables", "suggest_classes"]

MANY_CHOICES: Final = 20
CHOICES: Final = frozenset({"select1", "select", "rank"})
PLACES: Final = frozenset({"geopoint", "geotrace", "geoshape"})
MOMENTS: Final = frozenset({"date", "time", "dateTime"})
NUMBERS: Final = frozenset({"int", "integer", "decimal", "long"})
TEXTS: Final = frozenset({"string", ""})


class Reason(StrEnum):
    """Why a class is suggested."""

    AS_BEFORE = "as_before"  # it was set so for another version of the form
    A_FILE = "a_file"
    EXACT_PLACE = "exact_place"
    A_CODE_READ = "a_code_read"  # a barcode
    SPEAKS_OF_NAME = "speaks_of_name"
    SPEAKS_OF_CONTACT = "speaks_of_contact"
    SPEAKS_OF_NUMBER = "speaks_of_number"  # of a person, card, case or device
    SPEAKS_OF_BIRTH = "speaks_of_birth"
    SPEAKS_OF_HARM = "speaks_of_harm"
    FREE_TEXT = "free_text"
    CALCULATED = "calculated"  # nothing is asked: it may hold what it was made of
    MANY_CHOICES = "many_choices"
    FEW_CHOICES = "few_choices"
    A_NUMBER = "a_number"
    A_MOMENT = "a_moment"
    UNKNOWN_KIND = "unknown_kind"


@dataclass(frozen=True)
class Suggestion:
    """A class with its reason; `word` is what was found in the name or label, where that is the reason."""

    given: QuestionClass
    reason: Reason
    word: str = ""

    @property
    def said(self) -> str:
        """The reason in plain English."""
        return self.reason.replace("_", " ") + (f": {self.word}" if self.word else "")


DIRECT, QUASI, SENSITIVE = PrivacyClass.DIRECT, PrivacyClass.QUASI, PrivacyClass.SENSITIVE
# Words by which an answer of these kinds leads to one person, with where it is kept.
NAMING: Final = (
    ("contact", TEXTS | NUMBERS, QuestionClass(DIRECT, RecordPart.CONTACT), Reason.SPEAKS_OF_CONTACT),
    ("number", TEXTS | NUMBERS, QuestionClass(DIRECT, RecordPart.IDENTITY), Reason.SPEAKS_OF_NUMBER),
    ("name", TEXTS, QuestionClass(DIRECT, RecordPart.IDENTITY), Reason.SPEAKS_OF_NAME),
)


def suggest_classes(form: FormToClassify, earlier: FormToClassify | None = None) -> Mapping[str, Suggestion]:
    """Suggestions by the paths of the questions of which nobody said anything; as in the `earlier` version where it did."""
    before = dict(_said_before(earlier)) if earlier else {}
    taken = {asked.statistic for asked in form.kept.questions if asked.statistic}
    found = {}
    for asked in form.unset:
        suggested = before.get((asked.path, asked.kind)) or _suggested(asked)
        variable = None if suggested.reason is Reason.AS_BEFORE else _variable(asked, suggested, taken)
        if variable:
            taken.add(variable)
            suggested = Suggestion(QuestionClass(suggested.given.privacy, None, variable), suggested.reason, suggested.word)
        found[asked.path] = suggested
    return found


@cache
def known_variables() -> tuple[str, ...]:
    """The variables that Waystation's own movement form feeds, in its order."""
    with (FOLDER / "movement_tracking" / "survey.csv").open(encoding="utf-8", newline="") as file:
        return tuple(filter(None, (row["bind::ws:statistic"] for row in csv.DictReader(file))))


def _said_before(earlier: FormToClassify) -> Iterator[tuple[tuple[str, str], Suggestion]]:
    unset = {asked.path for asked in earlier.unset}
    for asked in earlier.kept.questions:
        if asked.path not in unset:
            given = QuestionClass(asked.privacy, asked.part, asked.statistic)
            yield (asked.path, asked.kind), Suggestion(given, Reason.AS_BEFORE)


def _suggested(asked: Question) -> Suggestion:
    if asked.kind == "binary":
        return Suggestion(QuestionClass(DIRECT), Reason.A_FILE)
    if asked.kind in PLACES:
        return Suggestion(QuestionClass(DIRECT), Reason.EXACT_PLACE)
    if asked.kind == "barcode":
        return Suggestion(QuestionClass(DIRECT), Reason.A_CODE_READ)
    return _by_words(asked) or _by_kind(asked)


def _by_words(asked: Question) -> Suggestion | None:
    text = _searched(asked)
    for topic, kinds, given, reason in NAMING:
        word = _word(topic, text) if asked.kind in kinds else ""
        if word:
            return Suggestion(given, reason, word)
    if asked.kind in TEXTS:
        return None  # whatever it speaks of, people write names into it
    for topic, given, reason in (
        ("birth", QuestionClass(QUASI, RecordPart.IDENTITY), Reason.SPEAKS_OF_BIRTH),
        ("sensitive", QuestionClass(SENSITIVE, RecordPart.FACTS), Reason.SPEAKS_OF_HARM),
    ):
        word = _word(topic, text)
        if word:
            return Suggestion(given, reason, word)
    return None


def _by_kind(asked: Question) -> Suggestion:
    if asked.kind in CHOICES:
        few = 0 < len(asked.choices) <= MANY_CHOICES  # none: they come from a file
        part = RecordPart.FACTS if few else RecordPart.NARRATIVE
        return Suggestion(QuestionClass(QUASI, part), Reason.FEW_CHOICES if few else Reason.MANY_CHOICES)
    if asked.kind in NUMBERS:
        return Suggestion(QuestionClass(QUASI, RecordPart.FACTS), Reason.A_NUMBER)
    if asked.kind in MOMENTS:
        return Suggestion(QuestionClass(QUASI, RecordPart.FACTS), Reason.A_MOMENT)
    if asked.kind in TEXTS and asked.labels:
        return Suggestion(QuestionClass(DIRECT, RecordPart.NARRATIVE), Reason.FREE_TEXT)
    return Suggestion(QuestionClass(DIRECT), Reason.CALCULATED if asked.kind in TEXTS else Reason.UNKNOWN_KIND)


def _searched(asked: Question) -> str:
    """Name and labels in small letters, the words of the name apart: `headName` and `head_name` are `head name`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.-]+", " ", asked.name)
    return " ".join([name, asked.name, *asked.labels.values()]).casefold()


def _word(topic: str, text: str) -> str:
    found = _patterns()[topic].search(text)
    return found[1] if found else ""


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    words = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {topic: re.compile(rf"(?<!\w)(?:ال)?({'|'.join(map(_pattern, listed))})") for topic, listed in words.items()}


def _pattern(word: str) -> str:
    begins = word.endswith("*")
    return re.escape(word.rstrip("*").casefold()) + (r"\w*" if begins else r"(?!\w)")


def _variable(asked: Question, suggested: Suggestion, taken: Collection[str]) -> str | None:
    """The variable that the question is called after, unless its answer cannot or need not feed it."""
    if suggested.given.privacy is DIRECT or asked.repeat:
        return None
    named = _plain(asked.name)
    called = (it for it in known_variables() if it not in taken and named in {_plain(it), _plain(it.removeprefix("persons."))})
    return next(called, None)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.replace("+", "plus").casefold())
