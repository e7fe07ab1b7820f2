"""One person's answers out of several records: each once, the chosen one first where they differ, the others kept beside it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from forms import RecordPart

__all__ = ["put_together"]

Parts = Mapping[RecordPart, Mapping[str, Any]]
Otherwise = Mapping[RecordPart, Mapping[str, tuple[Any, ...]]]


def put_together(
    records: Mapping[UUID, Parts], choices: Mapping[UUID, Collection[str]]
) -> tuple[dict[RecordPart, dict[str, Any]], Otherwise]:
    """The answers to show, and the others by question.

    `records` go in order, the one that answers for all first: of two answers the earlier one is shown, unless `choices`
    names the question for a later record; of several such choices the last one.
    """
    shown: dict[RecordPart, dict[str, Any]] = {}
    otherwise: dict[RecordPart, dict[str, tuple[Any, ...]]] = {}
    for part in RecordPart:
        given = [(record, parts[part]) for record, parts in records.items() if part in parts]
        if not given:
            continue
        shown[part], otherwise[part] = {}, {}
        for question in dict.fromkeys(question for _, answers in given for question in answers):
            answers = [
                (question in choices.get(record, ()), answers[question]) for record, answers in given if question in answers
            ]
            first = next((answer for chosen, answer in reversed(answers) if chosen), answers[0][1])
            shown[part][question] = first
            if others := _distinct([answer for _, answer in answers], besides=first):
                otherwise[part][question] = others
    return shown, otherwise


def _distinct(answers: Collection[Any], *, besides: Any) -> tuple[Any, ...]:
    kept: list[Any] = []  # an answer may be a list, which no set holds
    for answer in answers:
        if answer != besides and answer not in kept:
            kept.append(answer)
    return tuple(kept)
