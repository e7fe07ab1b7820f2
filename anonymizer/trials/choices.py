"""A choice of rules and codes that an officer wants tried: what becomes of the policy in force, and of what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymizer.coarsen import coarsen
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import finest
from anonymizer.errors import CoarseningUnfit, CoarserUnreadable, PolicyUnfit
from anonymizer.inside import Coarsening, read_dropped, read_merged
from anonymizer.inside.outcome import with_numbers
from anonymizer.policy import Policy
from anonymizer.population import Population
from anonymizer.trials.errors import TrialUnfit
from anonymizer.weeks.find_policy import least_for

__all__ = ["Choice", "coarser_tables", "rules_of"]


@dataclass(frozen=True)
class Choice:
    """A threshold, a number of contributors, and coarser codes as the tool writes them: `origin=2`, `reason=a+b:c`."""

    threshold: int
    contributors: int
    coarser: tuple[str, ...] = ()


def rules_of(policy: Policy, choice: Choice, population: Population) -> Policy:
    """A policy in force with the numbers of a choice; raises `TrialUnfit`, also where they are less than must be asked."""
    try:
        tried = with_numbers(policy, choice.threshold, choice.contributors)
        held = least_for(population, tried)
    except PolicyUnfit as problem:
        raise TrialUnfit(reason=problem.where["reason"]) from None
    if (held.threshold, held.contributors) != (tried.threshold, tried.contributors):
        least = f"a threshold of {held.threshold} and {held.contributors} who contribute"
        raise TrialUnfit(reason=f"tables of {population.value} are protected with no less than {least}")
    return tried


def coarser_tables(counted: Sequence[CountedTable], choice: Choice) -> tuple[Sequence[CountedTable], tuple[Coarsening, ...]]:
    """The tables with coarser codes; raises `TrialUnfit`. Merged codes count as many contributors as the one of them that has
    most: at least so many there are, so that what is hidden may be more than it would be, and is never less."""
    tables, steps = counted, []
    try:
        for text in choice.coarser:
            [step] = read_merged([text]) if ":" in text else read_dropped([text])
            dimensions = finest(dimension for table in tables for dimension in table.dimensions)
            if step.dimension not in dimensions:
                raise TrialUnfit(reason=f"no table has a dimension {step.dimension}, but {', '.join(dimensions)}")
            coarser = step.of(dimensions[step.dimension])
            tables = [coarsen(table, coarser) for table in tables]
            steps.append(step)
    except (CoarserUnreadable, CoarseningUnfit) as problem:
        raise TrialUnfit(reason=problem.what) from None
    return tables, tuple(steps)
