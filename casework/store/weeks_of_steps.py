"""The weeks in which something was done with an entry of a case file stand in clear beside it, so that a week is counted
without opening the other files.

They follow from its sealed steps, and whoever writes a step writes them. Whoever opens the file compares them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from casework.case_file_models import EntryKind
from casework.store.sealed_step import SealedStep
from core.periods.week import Week

__all__ = ["COUNTED_KINDS", "days_of", "weeks_of"]

# What is counted of an entry, as the state that it gets into: what was done, and what came of that later.
DONE: Final = frozenset(
    {
        (EntryKind.DECISION, "decided"),
        (EntryKind.SERVICE, "given"),
        (EntryKind.REFERRAL, "sent"),
        (EntryKind.CLOSURE, "closed"),
    }
)
AFTER: Final = frozenset(
    {(EntryKind.REFERRAL, "accepted"), (EntryKind.REFERRAL, "rejected"), (EntryKind.CLOSURE, "reopened")},
)
COUNTED_KINDS: Final = frozenset(kind for kind, _ in DONE | AFTER)


def days_of(steps: Sequence[SealedStep]) -> Iterator[tuple[SealedStep, date]]:
    """Of the steps of one entry, in order, those that are counted, each with its day: that on which a service was given as the
    step says it, else that on which the step was taken (UTC)."""
    said = ""
    for step in steps:
        said = str(step.fields.get("date") or said)
        if (step.kind, step.state) in DONE | AFTER:
            yield step, date.fromisoformat(said) if step.kind is EntryKind.SERVICE and said else step.at.date()


def weeks_of(steps: Sequence[SealedStep]) -> tuple[str, str]:
    """The weeks (ISO 8601) in which an entry was done, and in which it was answered or undone; empty where it was not."""
    done = after = ""
    for step, day in days_of(steps):
        if (step.kind, step.state) in DONE:
            done = str(Week.of(day))
        else:
            after = str(Week.of(day))
    return done, after
