"""What a release would lose under other rules or with coarser codes, before there is one. For inside only.

Each choice is protected as it would be, without the proof: what is hidden is the same. Nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from anonymizer.counted_week import CountedTable
from anonymizer.errors import PolicyUnfit, ProtectionImpossible
from anonymizer.loss import Loss, losses
from anonymizer.policy import Policy
from anonymizer.protect import draft_tables
from anonymizer.tool.choose_coarser import Coarsening
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.protect_file import Step, in_order_of, rules_for
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_tables

__all__ = ["Outcome", "what_if"]


@dataclass(frozen=True)
class Outcome:
    """One choice, and what it would lose at each level; `refused` says why it cannot be met."""

    threshold: int
    contributors: int
    coarser: tuple[Coarsening, ...]
    losses: tuple[Loss, ...] = ()
    refused: str = ""


def what_if(
    table: Path,
    policy: Policy,
    *,
    hierarchies: Mapping[str, Path],
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
    tables: Sequence[Choice] = (),
    seed: int = 0,
    thresholds: Sequence[int] = (),
    least_contributors: Sequence[int] = (),
    coarser: Sequence[Coarsening] = (),
    step: Step | None = None,
) -> Iterator[Outcome]:
    """Every threshold with every number of contributors: with the codes as they are, with each coarsening by itself, with all.

    What is not given is as in the policy. Raises what reading raises, and `PolicyUnfit`.
    """
    tell = step or (lambda _what, _done, _of: None)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    own = rules_for(policy, contributors=contributors, contributor=contributor)
    asked = product(thresholds or [own.threshold], least_contributors or [own.contributors])
    rules = [_with(own, threshold, least) for threshold, least in asked]
    codes = [(), *((one,) for one in coarser), *([tuple(coarser)] if len(coarser) > 1 else [])]
    for at, steps in enumerate(codes):
        tell("reading and counting", at * len(rules), len(codes) * len(rules))
        read = read_tables(table, known, tables, count=count, contributors=contributors, contributor=contributor, coarser=steps)
        counted = in_order_of(seed, read)
        for number, tried in enumerate(rules):
            tell("trying", at * len(rules) + number, len(codes) * len(rules))
            yield _outcome(counted, tried, steps)


def _outcome(counted: Sequence[CountedTable], tried: Policy, coarser: tuple[Coarsening, ...]) -> Outcome:
    """What comes of one choice. That a rule is for a code that was merged away is an outcome too."""
    try:
        found = tuple(losses(counted, draft_tables(counted, tried), tried))
    except ProtectionImpossible as problem:
        return Outcome(tried.threshold, tried.contributors, coarser, refused=problem.what)
    except PolicyUnfit as problem:
        if not coarser:
            raise
        return Outcome(tried.threshold, tried.contributors, coarser, refused=problem.what)
    return Outcome(tried.threshold, tried.contributors, coarser, found)


def _with(policy: Policy, threshold: int, contributors: int) -> Policy:
    """The policy with other numbers, in its rules for single tables and codes as well; raises `PolicyUnfit`."""
    sensitive = tuple(
        replace(rule, threshold=max(rule.threshold, threshold)) if rule.threshold is not None else rule
        for rule in policy.sensitive
    )
    tables = tuple((name, _with(rules, threshold, contributors)) for name, rules in policy.table)
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
