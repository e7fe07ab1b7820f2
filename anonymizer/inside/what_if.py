"""What a release would lose under other rules or with coarser codes, before there is one. For inside only.

Each choice is protected as it would be, without the proof: what is hidden is the same. Nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from anonymizer.inside.outcome import Outcome, outcome_of, with_numbers
from anonymizer.policy import Policy
from anonymizer.tool.choose_coarser import Coarsening
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.protect_file import Step, in_order_of, rules_for
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_tables

__all__ = ["what_if"]


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
    rules = [with_numbers(own, threshold, least) for threshold, least in asked]
    codes = [(), *((one,) for one in coarser), *([tuple(coarser)] if len(coarser) > 1 else [])]
    for at, steps in enumerate(codes):
        tell("reading and counting", at * len(rules), len(codes) * len(rules))
        read = read_tables(table, known, tables, count=count, contributors=contributors, contributor=contributor, coarser=steps)
        counted = in_order_of(seed, read)
        for number, tried in enumerate(rules):
            tell("trying", at * len(rules) + number, len(codes) * len(rules))
            yield outcome_of(counted, tried, steps)
