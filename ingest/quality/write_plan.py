"""A plan of checks as the text that `read_plan` reads, without its comments."""

import json
from collections.abc import Iterator

from ingest.quality.quality_plan import NUMBERS, QualityPlan

__all__ = ["write_plan"]


def write_plan(plan: QualityPlan) -> str:
    """TOML; `read_plan` gives the same plan back. Strings and lists of them are written in JSON as in TOML."""
    return "\n".join([*_lines(plan), ""])


def _lines(plan: QualityPlan) -> Iterator[str]:
    for name in NUMBERS:
        if getattr(plan, name) is not None:
            yield f"{name} = {getattr(plan, name)!r}"
    yield f"same_household = {_said(plan.same_household)}"
    yield "[ranges]"
    for question, (least, most) in plan.ranges.items():
        yield f"{_said(question)} = [{least!r}, {most!r}]"
    yield "[expected]"
    yield f"reports = {plan.reports}"
    yield f"every = {_said(plan.every)}"
    yield "[expected.collectors]"
    for collector, number in plan.collectors.items():
        yield f"{_said(collector)} = {number}"


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
