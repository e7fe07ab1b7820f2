"""How often two interviews of the same people differ: content error as post-enumeration surveys measure it.

Gross difference rate: the share of pairs whose answers differ. Aggregate index of inconsistency: that share over the share that
would differ if the two answers had nothing to do with each other (United Nations, Post Enumeration Surveys: Operational
guidelines, 2010; one minus Cohen's kappa). Under 20 % is called low, over 50 % high. Of numbers, also the mean difference.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from forms import Question
from ingest.quality import Looked

__all__ = ["ContentError", "content_errors"]

NUMBERS: Final = {"int", "integer", "decimal"}
FILLED_IN: Final = {"dateTime", "time", "geopoint", "binary", "barcode"}


@dataclass(frozen=True)
class ContentError:
    """Of one question: pairs in which both answered, the gross difference rate, the index of inconsistency (None where all
    answers are the same) and, of numbers, by how much the second is higher on average."""

    question: str
    pairs: int
    gross: float
    index: float | None
    mean_difference: float | None


def content_errors(pairs: Sequence[tuple[Looked, Looked]]) -> list[ContentError]:
    """Of every question that is asked once and was answered in both interviews of a pair, the most different first."""
    answers: dict[str, tuple[Question, list[tuple[str, str]]]] = {}
    for first, second in pairs:
        for path, (question, answer) in first.single.items():
            if path in second.single and question.kind not in FILLED_IN:
                answers.setdefault(path, (question, []))[1].append((_plain(answer), _plain(second.single[path][1])))
    errors = [_error(question, told) for question, told in answers.values()]
    return sorted(errors, key=lambda error: (-error.gross, error.question))


def _error(question: Question, told: Sequence[tuple[str, str]]) -> ContentError:
    gross = sum(first != second for first, second in told) / len(told)
    firsts, seconds = Counter(first for first, _ in told), Counter(second for _, second in told)
    by_chance = 1 - sum(firsts[code] * seconds[code] for code in firsts) / len(told) ** 2
    return ContentError(
        question.name, len(told), gross, gross / by_chance if by_chance else None, _mean_difference(question, told)
    )


def _mean_difference(question: Question, told: Sequence[tuple[str, str]]) -> float | None:
    if question.kind not in NUMBERS:
        return None
    try:
        return fmean(float(second) - float(first) for first, second in told)
    except ValueError:
        return None


def _plain(answer: str) -> str:
    return " ".join(sorted(answer.casefold().split()))  # several choices in whatever order
