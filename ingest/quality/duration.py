"""How long the interview took: too fast to have been held, or so slow that it was left and taken up again.

From the phone's own log (ODK audit log: a line for each screen, `start` and `end` in milliseconds) the time spent on questions
is summed. Without one, the form's `start` and `end` tell only what was too fast: a form may lie open overnight.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ingest.quality.finding import Check, Finding
from ingest.quality.looked_at import Looked
from ingest.quality.quality_plan import QualityPlan

__all__ = ["active_minutes", "find_duration"]

ON_QUESTIONS: Final = {"question", "group questions"}
MOST_LINES: Final = 100_000


def find_duration(looked: Looked, plan: QualityPlan) -> Iterator[Finding]:
    """At most one finding, of all answers together."""
    active = active_minutes(looked.audit) if looked.audit is not None else None
    minutes = _between(looked.preloaded("start"), looked.preloaded("end")) if active is None else active
    if minutes is None:
        return
    shortest = plan.shortest_minutes
    if shortest is None:
        shortest = plan.seconds_per_answer * _answered(looked) / 60
    told = {"minutes": f"{minutes:.1f}", "shortest": f"{shortest:.1f}", "longest": f"{plan.longest_minutes:.0f}"}
    if minutes < shortest:
        yield Finding(Check.TOO_FAST, "", told)
    elif active is not None and minutes > plan.longest_minutes:
        yield Finding(Check.TOO_SLOW, "", told)


def active_minutes(audit: bytes) -> float | None:
    """The minutes spent on questions, by an audit log; None where it tells of none, or cannot be read."""
    milliseconds, lines = 0.0, 0
    try:
        for lines, line in enumerate(csv.DictReader(io.StringIO(audit.decode("utf-8-sig"))), 1):
            if line.get("event") in ON_QUESTIONS and line.get("start") and line.get("end"):
                milliseconds += max(0.0, float(line["end"]) - float(line["start"]))
            if lines >= MOST_LINES:
                break
    except (UnicodeDecodeError, ValueError, csv.Error):
        return None
    return milliseconds / 60_000 if milliseconds else None


def _answered(looked: Looked) -> int:
    """How many answers somebody gave: what has a label was on the screen."""
    return sum(bool(question.labels) for question, _ in looked.said)


def _between(start: str, end: str) -> float | None:
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60
    except (ValueError, TypeError):
        return None
