"""Which ciphertext of a record each answer goes to, as the form's own workbook declares it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from forms import FormDefinition, PrivacyClass, Question, RecordPart
from ingest import Answers

__all__ = ["Parts", "feeds_table", "said", "set_household_apart", "short_names", "sort_answers", "sort_movement"]

Parts = dict[RecordPart, dict[str, Any]]
HOUSEHOLD_MEMBER: Final = "household_member"  # the repeat whose items are persons


def sort_answers(answers: Answers, definition: FormDefinition) -> Parts:
    """Answers by part, each under its question's name (its path, where two questions share the name).

    A repeat is a list in each part that it has answers of, one item per repetition, so that item n is the same thing
    in every part. What the form does not declare is taken for a direct identifier.
    """
    return _sorted(answers, {question.path: question for question in definition.questions}, short_names(definition))


def _sorted(answers: Answers, questions: Mapping[str, Question], names: Mapping[str, str]) -> Parts:
    parts: Parts = {part: {} for part in RecordPart}
    for path, value in answers.values.items():
        part = questions[path].part if path in questions else RecordPart.IDENTITY
        parts[part][names.get(path, path)] = value
    for path, items in answers.repeats.items():
        sorted_items = [_sorted(item, questions, names) for item in items]
        for part in RecordPart:
            if any(item[part] for item in sorted_items):
                parts[part][names.get(path, path)] = [item[part] for item in sorted_items]
    return parts


def short_names(definition: FormDefinition) -> dict[str, str]:
    """The names under which answers are kept, by the paths of their questions and repeats."""
    paths = {question.path for question in definition.questions} | set(definition.repeats)
    uses = Counter(map(_last, paths))
    return {path: _last(path) for path in paths if uses[_last(path)] == 1}


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def set_household_apart(answers: Answers) -> tuple[Answers, list[Answers]]:
    """What was said of the person interviewed, and of each household member in the order in which they were named."""
    members = {path: items for path, items in answers.repeats.items() if _last(path) == HOUSEHOLD_MEMBER}
    others = {path: items for path, items in answers.repeats.items() if path not in members}
    return Answers(answers.values, others), [item for items in members.values() for item in items]


def said(answers: Answers, definition: FormDefinition, name: str) -> str:
    """The answer to the question called `name` outside any repeat; empty when there is none."""
    paths = (question.path for question in definition.questions if question.name == name and not question.repeat)
    answered = (answers.values.get(path, "").strip() for path in paths)
    return next(filter(None, answered), "")


def sort_movement(answers: Answers, definition: FormDefinition) -> Parts:
    """Answers of a movement report by part, the facts under the statistical variables that they feed.

    The facts are what the anonymizer reads, so they hold nothing else: a direct identifier is never among them, and an
    answer that feeds no variable goes to the narrative.
    """
    variables = {question.path: question.statistic for question in definition.questions if feeds_table(question)}
    others = {path: answer for path, answer in answers.values.items() if path not in variables}
    parts = sort_answers(Answers(others, answers.repeats), _without_facts(definition))
    told = ((variable, answers.values.get(path, "").strip()) for path, variable in variables.items())
    parts[RecordPart.FACTS] = {variable: answer for variable, answer in told if variable and answer}
    return parts


def _without_facts(definition: FormDefinition) -> FormDefinition:
    parts = {part: part for part in RecordPart} | {RecordPart.FACTS: RecordPart.NARRATIVE}
    return replace(definition, questions=tuple(replace(asked, part=parts[asked.part]) for asked in definition.questions))


def feeds_table(question: Question) -> bool:
    """Whether the answer may be counted in a table of movements."""
    return bool(question.statistic) and not question.repeat and question.privacy is not PrivacyClass.DIRECT
