"""What a form asks, and how each answer must be kept: the values that every later stage reads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Final

from forms.errors import VariableFedTwice
from forms.rules import Demand, Rule, demand_at

__all__ = [
    "NAMESPACE",
    "EntityDeclaration",
    "FormDefinition",
    "PrivacyClass",
    "Question",
    "RecordKind",
    "RecordPart",
    "classify",
    "refuse_variables_fed_twice",
]

MEASURES: Final = {"int", "integer", "decimal", "geopoint", "geotrace", "geoshape"}
NAMESPACE: Final = "urn:waystation:forms"  # of the attributes in which a workbook's declarations travel


class PrivacyClass(StrEnum):
    """How closely an answer points at a person."""

    DIRECT = "direct_identifier"  # names the person, or leads to them alone
    QUASI = "quasi_identifier"  # leads to them together with other answers
    SENSITIVE = "sensitive"  # harms them where it becomes known
    OPEN = "open"


class RecordPart(StrEnum):
    """Which ciphertext of a record an answer belongs to."""

    IDENTITY = "identity"
    CONTACT = "contact"
    NARRATIVE = "narrative"
    FACTS = "facts"  # the coarse variables that a statistic may use


class RecordKind(StrEnum):
    """What casework makes of a submission."""

    MOVEMENT = "movement"
    SCREENING = "screening"
    ASSISTANCE = "assistance"
    OTHER = "other"  # kept as received


@dataclass(frozen=True)
class Question:
    """One answer of a form.

    `path` is its place in the instance (`/data/group/name`: local names, no predicates), `repeat` the path of the
    innermost repeat around it, `kind` its data type as in the bind (XForms 1.1, section 5.1, without prefix) or
    `select1`, `select` and `rank` for a choice. `statistic` is the variable that it feeds. `declared`: whether
    the form itself says how closely the answer points at a person. `indicator` is what its answers weigh in a screening, as
    written (`forms.indicators`). `labels` go by language, those of
    `choices` by code and language; choices that come from a file beside the form are not among them.
    """

    path: str
    name: str
    kind: str
    repeat: str | None
    privacy: PrivacyClass
    part: RecordPart
    statistic: str | None
    labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    declared: bool = False
    indicator: str = ""


@dataclass(frozen=True)
class EntityDeclaration:
    """Which list of entities the answers are about, and which answers are saved with the entity: property to path.

    ODK XForms Entities, version 2024.1, in the form's own `meta` block; declarations within groups and repeats (2025.1) are
    not read. What the form would have as the entity's label is left out: `casework.follow_up` says what names a case.
    """

    list_name: str
    saved: Mapping[str, str]


@dataclass(frozen=True)
class FormDefinition:
    """A form version as its XForm tells it. `version` is empty where the form has none.

    `repeats` are the paths of all repeats, also of those that hold no question but in a repeat within, the outer before
    the inner. A language is its BCP 47 code where the form gives one (`Français (fr)` is `fr`), else its name as written;
    `default` for a form without translations. The form's default language comes first. `lists` are the names of the CSV files
    that it reads as lists (`jr://file-csv/places.csv` is `places.csv`).
    """

    form_id: str
    version: str
    title: str
    record_kind: RecordKind
    questions: tuple[Question, ...]
    repeats: tuple[str, ...]
    languages: tuple[str, ...]
    lists: frozenset[str] = frozenset()
    entity: EntityDeclaration | None = None
    rules: tuple[Rule, ...] = ()

    def __getstate__(self) -> Mapping[str, object]:
        """As it was read: what was worked out of it (functions, too) is worked out anew where it is sent."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def by_path(self) -> Mapping[str, Question]:
        """The questions by where their answers stand."""
        return {question.path: question for question in self.questions}

    @cached_property
    def asked_in(self) -> Mapping[str | None, Sequence[Question]]:
        """The questions by the repeat that they are asked in."""
        repeats = {question.repeat for question in self.questions}
        return {repeat: [question for question in self.questions if question.repeat == repeat] for repeat in repeats}

    @cached_property
    def demands(self) -> Mapping[str, Demand]:
        """What is demanded of each question, by path."""
        rules = {rule.path: rule for rule in self.rules}
        return {question.path: demand_at(question.path, rules, self.answered_paths) for question in self.questions}

    @cached_property
    def preloads(self) -> Mapping[str, Sequence[str]]:
        """Where the phone fills in by itself, by what it fills in: `start`, `end` or `today`."""
        found: dict[str, list[str]] = {}
        for rule in self.rules:
            found.setdefault(rule.preload, []).append(rule.path)
        return found

    @cached_property
    def answered_paths(self) -> frozenset[str]:
        """Of what an expression may speak: questions, and repeats, whose entries are counted."""
        return self.paths | self.repeat_paths

    @cached_property
    def codes_of(self) -> Mapping[str, Sequence[str]]:
        """By the path of a single choice among several the codes to choose from, in an order of their own."""
        single = (question for question in self.questions if question.kind == "select1" and len(question.choices) > 1)
        return {question.path: tuple(sorted(question.choices)) for question in single}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Where answers stand."""
        return frozenset(question.path for question in self.questions)

    @cached_property
    def paths_below_root(self) -> Mapping[str, str]:
        """The same by what follows the form's outermost element in them."""
        return {path.split("/", 2)[2]: path for path in self.paths if path.count("/") > 1}

    @cached_property
    def repeat_paths(self) -> frozenset[str]:
        """Where answers may stand more than once."""
        return frozenset(self.repeats)

    @cached_property
    def measures(self) -> Mapping[str, str]:
        """The data types of answers that are numbers or places, by path."""
        return {question.path: question.kind for question in self.questions if question.kind in MEASURES}

    @cached_property
    def file_paths(self) -> frozenset[str]:
        """Where an answer is the name of a file."""
        return frozenset(question.path for question in self.questions if question.kind == "binary")

    @cached_property
    def counted(self) -> Mapping[str, Question]:
        """The questions whose answers may be counted in a table of movements, by path."""
        may_be = (asked for asked in self.questions if asked.statistic and not asked.repeat)
        return {question.path: question for question in may_be if question.privacy is not PrivacyClass.DIRECT}

    @cached_property
    def short_names(self) -> Mapping[str, str]:
        """By the path of a question or repeat the last part of it, where no other has the same."""
        paths = {*self.by_path, *self.repeats}
        uses = Counter(path.rsplit("/", 1)[-1] for path in paths)
        return {path: name for path in paths if uses[name := path.rsplit("/", 1)[-1]] == 1}


def refuse_variables_fed_twice(definition: FormDefinition) -> None:
    """Raises `VariableFedTwice`: one answer would hide the other. Within repeats nothing is counted."""
    feeding: dict[str, str] = {}
    for question in definition.questions:
        if question.statistic and not question.repeat:
            first = feeding.setdefault(question.statistic, question.path)
            if first != question.path:
                names = {"first": first, "second": question.path}
                raise VariableFedTwice(form_id=definition.form_id, variable=question.statistic, **names)


def classify(privacy: str | None, part: str | None, statistic: str | None) -> tuple[PrivacyClass, RecordPart, str | None]:
    """What holds for an answer, given what its form declares of it; unknown words count as nothing said.

    Doubt protects: without a class an answer is a direct identifier. A direct identifier feeds no statistic and is
    never among the facts, whatever the form says.
    """
    known = PrivacyClass(privacy) if privacy in set(PrivacyClass) else PrivacyClass.DIRECT
    feeds = statistic if statistic and known is not PrivacyClass.DIRECT else None
    if part in set(RecordPart) and not (part == RecordPart.FACTS and known is PrivacyClass.DIRECT):
        return known, RecordPart(part), feeds
    if feeds:
        return known, RecordPart.FACTS, feeds
    return known, RecordPart.IDENTITY if known is PrivacyClass.DIRECT else RecordPart.NARRATIVE, feeds
