"""The same choice in every row of a block of questions: answered without listening, or without asking.

A block are the single choices of one group that have the same codes to choose from. Where there are two (yes and no), being
all alike is common, so twice as many rows must be.
"""

from collections.abc import Iterator, Sequence

from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked, shown
from ingest.quality.quality_plan import QualityPlan

__all__ = ["find_straight_lines"]


def find_straight_lines(looked: Looked, plan: QualityPlan) -> Iterator[Finding]:
    """One finding for each block, under the name of its first question."""
    codes_of = looked.definition.codes_of
    blocks: dict[tuple[str, Sequence[str]], list[str]] = {}
    for path in looked.single:
        if path in codes_of:
            blocks.setdefault((path.rpartition("/")[0], codes_of[path]), []).append(path)
    for (_, codes), paths in blocks.items():
        answers = [looked.single[path][1] for path in paths]
        least = plan.straight_line * (2 if len(codes) == 2 else 1)
        if plan.straight_line and len(answers) >= least and len(set(answers)) == 1:
            first = looked.single[paths[0]][0]
            yield Finding(Check.STRAIGHT_LINE, first.name, {"answer": shown(first, answers), "rows": str(len(answers))})
