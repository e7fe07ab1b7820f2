"""Which rules of protection hold in an operation, and which can."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import Dimension
from anonymizer.errors import PolicyUnfit
from anonymizer.policy import Policy, default_policy, for_tables, parse_policy, require_fit
from anonymizer.population import Population
from anonymizer.weeks.casework_rules import caseload_rules, casework_rules, screening_rules
from anonymizer.weeks.count_caseload import CASELOAD, caseload_tables
from anonymizer.weeks.count_casework import CASEWORK, casework_tables
from anonymizer.weeks.count_movements import movement_tables
from anonymizer.weeks.count_screenings import SCREENINGS, screening_tables
from core.places import load_places
from core.policies import PolicyKind, active_policy

__all__ = ["policy_in_force", "read_weekly_policy", "weekly_tables"]

MOVEMENTS = ("movements", "arrivals")


def weekly_tables(session: Session, operation: str) -> list[tuple[str, Sequence[Dimension]]]:
    """The names of an operation's weekly tables of movements with their dimensions."""
    return list(zip(MOVEMENTS, movement_tables(load_places(session, operation)), strict=True))


def policy_in_force(
    session: Session, tables: Sequence[CountedTable] = (), population: Population = Population.MOVEMENTS
) -> Policy:
    """The rules that two people activated in this operation, else the default; of some tables of a population what these say of
    them, and of casework, caseload and screenings no less than `LEAST_OF` asks.

    Raises `PolicyUnreadable` or `PolicyChanged`.
    """
    active = active_policy(session, PolicyKind.PROTECTION)
    policy = default_policy() if active is None else parse_policy(active, Path("core.policy"))
    if not tables:
        return policy
    of_these = for_tables([(table.name, table.dimensions) for table in tables], policy)
    return LEAST_OF.get(population, _as_decided)(of_these)


def _as_decided(policy: Policy) -> Policy:
    return policy


LEAST_OF: Final[Mapping[Population, Callable[[Policy], Policy]]] = {
    Population.CASEWORK: casework_rules,
    Population.CASELOAD: caseload_rules,
    Population.SCREENINGS: screening_rules,
}


def read_weekly_policy(session: Session, operation: str, content: str, path: Path) -> Policy:
    """The rules of a text, if the operation's weekly tables can be protected under them; before two people decide on it.

    Raises `PolicyUnreadable`, and `PolicyUnfit` where a rule is for what is not there or asks what is not counted.
    """
    policy, places = parse_policy(content, path), load_places(session, operation)
    movements = list(zip(MOVEMENTS, movement_tables(places), strict=True))
    screenings = list(zip(SCREENINGS, screening_tables(places), strict=True))
    casework = list(zip(CASEWORK, casework_tables(places), strict=True))
    caseload = list(zip(CASELOAD, caseload_tables(places), strict=True))
    require_fit([*movements, *screenings, *casework, *caseload], policy)
    parts = [for_tables(tables, policy) for tables in (movements, screenings, casework, caseload)]
    for rule in (*policy.sensitive, *policy.structural_zero):
        if not any(rule in (*part.sensitive, *part.structural_zero) for part in parts):
            raise PolicyUnfit(reason="a rule is for codes that no table has together")
    if policy != policy.without_contributions():
        raise PolicyUnfit(reason="dominance asks who contributed how much, which the weekly tables do not count")
    return policy
