"""Numbers far from those of others: the modified z-score of Iglewicz and Hoaglin (1993), from median and median deviation.

Counts and amounts are skewed, so what is never negative is compared on the scale of log(1 + x). A question whose answers are
mostly the same number has no median deviation, and tells of no outlier.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final
from uuid import UUID

from forms import Question
from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked, shown

__all__ = ["find_outliers"]

NUMBERS: Final = {"int", "integer", "decimal"}
FEWEST: Final = 20  # answers; of fewer nobody can say what is usual
FAR: Final = 3.5
OF_NORMAL: Final = 0.6745  # the median deviation of a normal distribution, in standard deviations


def find_outliers(looked: Sequence[Looked]) -> Iterator[tuple[UUID, Finding]]:
    """By submission, one finding for each question that is asked once."""
    answers: dict[str, list[tuple[UUID, Question, float]]] = {}
    for one in looked:
        for path, (question, answer) in one.single.items():
            if question.kind in NUMBERS:
                try:
                    number = float(answer)
                except ValueError:
                    continue
                if math.isfinite(number):
                    answers.setdefault(path, []).append((one.submission, question, number))
    for told in answers.values():
        if len(told) >= FEWEST:
            yield from _far(told)


def _far(told: Sequence[tuple[UUID, Question, float]]) -> Iterator[tuple[UUID, Finding]]:
    skewed = all(number >= 0 for *_, number in told)
    scaled = [math.log1p(number) if skewed else number for *_, number in told]
    middle = median(scaled)
    deviation = median(abs(one - middle) for one in scaled)
    if not deviation:
        return
    usual = f"{median(number for *_, number in told):g}"
    for (submission, question, number), one in zip(told, scaled, strict=True):
        if OF_NORMAL * abs(one - middle) / deviation > FAR:
            details = {"answer": shown(question, [f"{number:g}"]), "usual": usual, "others": str(len(told))}
            yield submission, Finding(Check.OUTLIER, question.name, details)
