"""Numbers beyond what is plausible: the limits that the plan sets for a question, else those of a variable that we know."""

from collections.abc import Iterator, Mapping
from typing import Final

from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked, shown
from ingest.quality.quality_plan import QualityPlan

__all__ = ["find_out_of_range"]

NUMBERS: Final = {"int", "integer", "decimal"}
PLAUSIBLE: Final[Mapping[str, tuple[float, float]]] = {"age": (0, 120), "household_size": (1, 60)}


def find_out_of_range(looked: Looked, plan: QualityPlan) -> Iterator[Finding]:
    """One finding for each question with an answer beyond its limits."""
    beyond: dict[str, list[str]] = {}
    limits: dict[str, tuple[float, float]] = {}
    asked = {}
    for question, answer in looked.said:
        if question.kind not in NUMBERS:
            continue
        within = plan.ranges.get(question.name) or PLAUSIBLE.get(question.statistic or "")
        if within:
            try:
                number = float(answer)
            except ValueError:
                continue  # what is no number is the phone's to refuse, and the rules' to find
            if not within[0] <= number <= within[1]:
                beyond.setdefault(question.name, []).append(answer)
                limits[question.name], asked[question.name] = within, question
    for name, answers in beyond.items():
        least, most = limits[name]
        yield Finding(
            Check.OUT_OF_RANGE,
            name,
            {"answer": shown(asked[name], answers), "least": f"{least:g}", "most": f"{most:g}"},
        )
