"""The indicators that answers show, with their weights, as the form declares them (`forms.indicators`)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms import Question
from forms.indicators import indicators_of, most_of

__all__ = ["Found", "Score", "score_indicators"]


@dataclass(frozen=True)
class Found:
    """One indicator that an answer shows."""

    question: Question
    code: str = field(repr=False)
    group: str
    weight: int


@dataclass(frozen=True)
class Score:
    """What answers show. `groups` has every group that the form asks about; `open` are the questions that were not answered, or
    answered with what leaves them open. `most` is the total that the open ones could still bring it to; None where the form
    declares no indicator, for then nothing is known."""

    found: tuple[Found, ...] = field(repr=False)
    open: tuple[Question, ...]
    groups: Mapping[str, int] = field(repr=False)
    total: int = field(repr=False)
    most: int | None = field(repr=False)


def score_indicators(questions: Mapping[str, Question], answers: Mapping[str, object]) -> Score:
    """Score answers to questions, both by the names that answers are kept under; questions without indicators are left out."""
    found: list[Found] = []
    unanswered: list[Question] = []
    groups: Counter[str] = Counter()
    missing = 0
    asked = {name: question for name, question in questions.items() if question.indicator}
    for name, question in asked.items():
        shown, is_open = _look_at(question, str(answers.get(name) or "").strip())
        found += shown
        groups.update(dict.fromkeys(most_of(question), 0))
        for one in shown:
            groups[one.group] += one.weight
        if is_open:
            unanswered.append(question)
            missing += sum(most_of(question).values()) - sum(one.weight for one in shown)
    total = sum(groups.values())
    return Score(tuple(found), tuple(unanswered), dict(groups), total, total + missing if asked else None)


def _look_at(question: Question, answer: str) -> tuple[list[Found], bool]:
    """What an answer shows, and whether it leaves the question open."""
    declared = indicators_of(question)
    chosen = dict.fromkeys(answer.split() if question.kind in {"select", "rank"} else [answer] if answer else [])
    weights = [(code, declared[code]) for code in chosen if code in declared]
    shown = [Found(question, code, one.group, one.weight) for code, one in weights if one.weight is not None]
    return shown, not chosen or any(one.weight is None for _, one in weights)
