"""What one choice of rules and codes would lose: protected as it would be, without the proof. What is hidden is the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from anonymizer.counted_week import CountedTable
from anonymizer.errors import PolicyUnfit, ProtectionImpossible
from anonymizer.loss import Loss, losses
from anonymizer.outside import Outside
from anonymizer.policy import Policy
from anonymizer.protect import draft_tables
from anonymizer.published import PublishedTable
from anonymizer.suppression import Progress
from anonymizer.tool.choose_coarser import Coarsening

__all__ = ["Draft", "Outcome", "outcome_of", "outcome_when", "with_numbers"]

Draft: TypeAlias = Callable[[], tuple[Sequence[CountedTable], Sequence[PublishedTable]]]


@dataclass(frozen=True)
class Outcome:
    """One choice, and what it would lose at each level; `refused` says why it cannot be met."""

    threshold: int
    contributors: int
    coarser: tuple[Coarsening, ...]
    losses: tuple[Loss, ...] = ()
    refused: str = ""


def outcome_of(
    counted: Sequence[CountedTable],
    tried: Policy,
    coarser: tuple[Coarsening, ...],
    *,
    outside: Outside = (),
    progress: Progress | None = None,
) -> Outcome:
    """What comes of one choice. That a rule is for a code that was merged away is an outcome too; else raises `PolicyUnfit`.

    `counted` has the coarser codes already; `outside` are totals that others publish, by those codes.
    """
    return outcome_when(
        lambda: (counted, draft_tables(counted, tried, outside=outside, progress=progress)), tried=tried, coarser=coarser
    )


def outcome_when(draft: Draft, *, tried: Policy, coarser: tuple[Coarsening, ...]) -> Outcome:
    """The same of whatever is drafted, which gives what was counted and what would be published."""
    try:
        found = tuple(losses(*draft(), tried))
    except ProtectionImpossible as problem:
        return Outcome(tried.threshold, tried.contributors, coarser, refused=problem.what)
    except PolicyUnfit as problem:
        if not coarser:
            raise
        return Outcome(tried.threshold, tried.contributors, coarser, refused=problem.what)
    return Outcome(tried.threshold, tried.contributors, coarser, found)


def with_numbers(policy: Policy, threshold: int, contributors: int) -> Policy:
    """The policy with other numbers, in its rules for single tables and codes as well; raises `PolicyUnfit`."""
    sensitive = tuple(
        replace(rule, threshold=max(rule.threshold, threshold)) if rule.threshold is not None else rule
        for rule in policy.sensitive
    )
    tables = tuple((name, with_numbers(rules, threshold, contributors)) for name, rules in policy.table)
    interval = policy.interval if policy.interval is None or policy.interval[1] < threshold else None
    low = min(policy.group_low, max(threshold, 2) - 1)
    try:
        return replace(
            policy,
            threshold=threshold,
            contributors=contributors,
            interval=interval,
            group_low=low,
            sensitive=sensitive,
            table=tables,
        )
    except ValueError as error:
        raise PolicyUnfit(reason=str(error)) from None
