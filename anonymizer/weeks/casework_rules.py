"""What cases of trafficking ask of an office's policy: its rules for others are not enough for them.

Who is assisted is known to few, and a small number among them is somebody. So a table of casework, for which two people have
decided no rules of its own, takes the office's rules with these as the least. So does what came of screenings: who was accepted
is taken for a victim.

What contributors know of their own is not asked of these tables. There a contributor is a person who is counted, and tables of
few persons at a threshold of eleven would be refused for it.
"""

from dataclasses import replace
from typing import Final

from anonymizer.policy import Dominance, Policy, Selection, Sensitive
from anonymizer.weeks.count_casework import IMPOSSIBLE
from anonymizer.weeks.count_screenings import OUTCOME
from casework.counting import DECISIONS

__all__ = ["LEAST", "caseload_rules", "casework_rules", "screening_rules"]

LEAST: Final = 11  # events, and persons whose they are: what `default_policy.toml` advises for victims of trafficking
MOST_OF_ONE: Final = Dominance(largest=1, share=50.0)


def casework_rules(policy: Policy) -> Policy:
    """A policy that speaks of tables of casework alone (`for_tables`), as it holds for these."""
    strict = caseload_rules(policy)
    return _with_impossible(replace(strict, table=tuple((name, _with_impossible(rules)) for name, rules in strict.table)))


def caseload_rules(policy: Policy) -> Policy:
    """The same of tables of the caseload, in which nothing is impossible."""
    sensitive = tuple(replace(rule, threshold=max(rule.threshold or LEAST, LEAST)) for rule in policy.sensitive)
    return replace(
        policy.with_own_knowledge(0),
        threshold=max(policy.threshold, LEAST),
        contributors=max(policy.contributors, LEAST),
        dominance=policy.dominance or MOST_OF_ONE,
        sensitive=sensitive,
    )


def screening_rules(policy: Policy) -> Policy:
    """A policy that speaks of tables of screenings alone, as it holds for these.

    What must stay possible for an outcome that is not shown is what the office asks for any other small number: all numbers
    under eleven would hide how many were screened wherever fewer than eleven were.
    """
    threshold, possible = max(policy.threshold, LEAST), policy.small_interval
    narrower = possible if threshold > policy.threshold and possible[1] > 1 else None
    of_outcomes = Sensitive(Selection(((OUTCOME, DECISIONS),)), threshold=threshold, interval=narrower)
    return replace(policy.with_own_knowledge(0), sensitive=(*policy.sensitive, of_outcomes))


def _with_impossible(policy: Policy) -> Policy:
    return replace(policy, structural_zero=(*policy.structural_zero, *IMPOSSIBLE))
