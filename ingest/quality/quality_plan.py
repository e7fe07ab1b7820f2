"""What is looked for in the answers to a form: limits that an office sets in a small TOML file, each with a default.

straight_line = 5            # rows of a block that must be alike; 0: not looked for
seconds_per_answer = 1.5     # shorter is too fast; or `shortest_minutes`
longest_minutes = 180
accuracy_metres = 100        # of a position
same_household = ["head_name", "phone"]   # questions; by default those whose answers point at a person
alike = 0.9                  # share of equal answers; 0: not looked for
[ranges]
children = [0, 15]
[expected]                   # reports of each collector
reports = 5
every = "day"                # or "week"
[expected.collectors]
"Team North" = 10            # where a collector is expected to send another number
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.errors import Problem
from ingest.review_models import QualityPlanRow

__all__ = ["PlanUnreadable", "QualityPlan", "plan_of", "plans_in_force", "read_plan", "set_plan"]

LARGEST: Final = 100_000
NUMBERS: Final[tuple[str, ...]] = (
    "seconds_per_answer",
    "longest_minutes",
    "shortest_minutes",
    "accuracy_metres",
    "alike",
    "straight_line",
)


class PlanUnreadable(Problem):
    code = "INGEST-171"
    says = "This plan of checks cannot be used: {reason}."
    remedy = "docs/quality.md has every line that a plan may hold. The plan before it stays in force."


@dataclass(frozen=True)
class QualityPlan:
    """The limits for one form."""

    straight_line: int = 5
    seconds_per_answer: float = 1.5
    shortest_minutes: float | None = None
    longest_minutes: float = 180
    accuracy_metres: float = 100
    alike: float = 0.9
    same_household: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reports: int = 0
    every: str = "day"
    collectors: Mapping[str, int] = field(default_factory=dict)

    def expected_of(self, collector: str) -> int:
        """How many reports are expected of a collector in each day or week."""
        return self.collectors.get(collector, self.reports)

    def for_everybody(self) -> "QualityPlan":
        """The same without what is expected of single collectors, who are named in it."""
        return replace(self, collectors={})


def read_plan(text: str) -> QualityPlan:
    """Read and check a plan; raises `PlanUnreadable`."""
    try:
        told = tomllib.loads(text)
        expected = told.pop("expected", {})
        ranges = {str(name): (float(least), float(most)) for name, (least, most) in told.pop("ranges", {}).items()}
        same = tuple(str(name) for name in told.pop("same_household", ()))
        numbers: dict[str, Any] = {name: told.pop(name) for name in NUMBERS if name in told}
        collectors = {str(name): int(number) for name, number in expected.pop("collectors", {}).items()}
        reports, every = int(expected.pop("reports", 0)), str(expected.pop("every", "day"))
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError) as error:
        raise PlanUnreadable(reason=str(error)) from None
    _require(numbers, ranges, every, {*told, *expected})
    return QualityPlan(ranges=ranges, same_household=same, reports=reports, every=every, collectors=collectors, **numbers)


def plan_of(session: Session, operation: str, form_id: str) -> QualityPlan:
    """The plan in force for a form: the newest that was set, else the defaults."""
    ours = QualityPlanRow.operation == operation, QualityPlanRow.form_id == form_id
    text = session.scalar(select(QualityPlanRow.content).where(*ours).order_by(QualityPlanRow.edition.desc()).limit(1))
    return read_plan(text) if text is not None else QualityPlan()


def plans_in_force(session: Session, operation: str) -> dict[str, QualityPlan]:
    """The newest plan that was set of each form that has one, in order of form."""
    newest = select(QualityPlanRow).where(QualityPlanRow.operation == operation).order_by(QualityPlanRow.edition)
    texts = {row.form_id: row.content for row in session.scalars(newest)}
    return {form_id: read_plan(texts[form_id]) for form_id in sorted(texts)}


def set_plan(session: Session, operation: str, form_id: str, text: str) -> int:
    """Set a plan from now on; its edition. Answers that are here already are looked at again when that is asked for.

    Raises `PlanUnreadable`.
    """
    if len(text) > LARGEST:
        raise PlanUnreadable(reason=f"it is longer than {LARGEST} characters")
    read_plan(text)
    ours = QualityPlanRow.operation == operation, QualityPlanRow.form_id == form_id
    edition = (session.scalar(select(func.max(QualityPlanRow.edition)).where(*ours)) or 0) + 1
    who = access_of(session).actor
    session.add(QualityPlanRow(operation=operation, form_id=form_id, edition=edition, content=text, set_by=who, set_at=now()))
    session.flush()
    detail = {"code": form_id, "edition": edition}
    record(session, Action.REGISTERED, "ingest.quality_plan", purpose=Purpose.ADMINISTRATION, detail=detail)
    return edition


def _require(numbers: Mapping[str, Any], ranges: Mapping[str, tuple[float, float]], every: str, unknown: set[str]) -> None:
    if unknown:
        raise PlanUnreadable(reason=f"it names {', '.join(sorted(unknown))}, which no plan has")
    if any(isinstance(number, bool) or not isinstance(number, int | float) or number < 0 for number in numbers.values()):
        raise PlanUnreadable(reason=f"of {', '.join(numbers)} each must be a number, 0 or more")
    if any(least > most for least, most in ranges.values()):
        raise PlanUnreadable(reason="a range begins with the lower limit")
    if every not in {"day", "week"}:
        raise PlanUnreadable(reason='`every` is "day" or "week"')
