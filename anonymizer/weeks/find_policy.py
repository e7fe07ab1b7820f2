"""Which rules of protection hold in an operation, and which can."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

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
from core.places import Place, load_places
from core.policies import PolicyKind, active_policy

__all__ = ["least_for", "policy_in_force", "read_weekly_policy", "weekly_tables"]

Tables: TypeAlias = list[tuple[str, tuple[Dimension, ...]]]
MOVEMENTS = ("movements", "arrivals")
TABLES: Final = {
    Population.MOVEMENTS: (MOVEMENTS, movement_tables),
    Population.SCREENINGS: (SCREENINGS, screening_tables),
    Population.CASEWORK: (CASEWORK, casework_tables),
    Population.CASELOAD: (CASELOAD, caseload_tables),
}


def weekly_tables(session: Session, operation: str, population: Population = Population.MOVEMENTS) -> Tables:
    """The names of an operation's tables of a population with their dimensions."""
    return _tables_of(population, load_places(session, operation))


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
    return least_for(population, for_tables([(table.name, table.dimensions) for table in tables], policy))


def least_for(population: Population, policy: Policy) -> Policy:
    """A policy for tables of a population alone, with the least that is asked of these whatever an office decides."""
    return LEAST_OF[population](policy) if population in LEAST_OF else policy


def _tables_of(population: Population, places: Sequence[Place]) -> Tables:
    names, tables = TABLES[population]
    return list(zip(names, tables(places), strict=True))


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
    every = [_tables_of(population, places) for population in Population]
    require_fit([table for tables in every for table in tables], policy)
    parts = [for_tables(tables, policy) for tables in every]
    for rule in (*policy.sensitive, *policy.structural_zero):
        if not any(rule in (*part.sensitive, *part.structural_zero) for part in parts):
            raise PolicyUnfit(reason="a rule is for codes that no table has together")
    if policy != policy.without_contributions():
        raise PolicyUnfit(reason="dominance asks who contributed how much, which the weekly tables do not count")
    return policy
