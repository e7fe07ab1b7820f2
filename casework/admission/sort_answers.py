"""Which ciphertext of a record each answer goes to, as the form's own workbook declares it."""

from collections.abc import Mapping
from typing import Any, Final

from forms import FormDefinition, RecordPart
from ingest import Answers

__all__ = ["Parts", "said", "set_household_apart", "sort_answers", "sort_movement"]

Parts = dict[RecordPart, dict[str, Any]]
HOUSEHOLD_MEMBER: Final = "household_member"  # the repeat whose items are persons


def sort_answers(answers: Answers, definition: FormDefinition) -> Parts:
    """Answers by part, each under its question's name (its path, where two questions share the name).

    A repeat is a list in each part that it has answers of, one item per repetition, so that item n is the same thing
    in every part. What the form does not declare is taken for a direct identifier.
    """
    return _sorted(answers, definition, {})


def _sorted(answers: Answers, definition: FormDefinition, instead: Mapping[RecordPart, RecordPart]) -> Parts:
    questions, names = definition.by_path, definition.short_names
    parts: Parts = {part: {} for part in RecordPart}
    for path, value in answers.values.items():
        part = questions[path].part if path in questions else RecordPart.IDENTITY
        parts[instead.get(part, part)][names.get(path, path)] = value
    for path, items in answers.repeats.items():
        sorted_items = [_sorted(item, definition, instead) for item in items]
        for part in RecordPart:
            if any(item[part] for item in sorted_items):
                parts[part][names.get(path, path)] = [item[part] for item in sorted_items]
    return parts


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def set_household_apart(answers: Answers) -> tuple[Answers, list[Answers]]:
    """What was said of the person interviewed, and of each household member in the order in which they were named.

    An entry in which nothing is answered is nobody: phones send the one that a form begins with (decision 117).
    """
    members = {path: items for path, items in answers.repeats.items() if _last(path) == HOUSEHOLD_MEMBER}
    others = {path: items for path, items in answers.repeats.items() if path not in members}
    return Answers(answers.values, others), [item for items in members.values() for item in items if _is_answered(item)]


def _is_answered(entry: Answers) -> bool:
    nested = (each for items in entry.repeats.values() for each in items)
    return any(value.strip() for value in entry.values.values()) or any(map(_is_answered, nested))


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
    counted = definition.counted
    others = {path: answer for path, answer in answers.values.items() if path not in counted}
    parts = _sorted(Answers(others, answers.repeats), definition, {RecordPart.FACTS: RecordPart.NARRATIVE})
    told = ((question.statistic, answers.values.get(path, "").strip()) for path, question in counted.items())
    parts[RecordPart.FACTS] = {variable: answer for variable, answer in told if variable and answer}
    return parts
