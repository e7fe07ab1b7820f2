"""Which rules of protection hold in an operation, and which can."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from anonymizer.dimension import Dimension
from anonymizer.errors import PolicyUnfit
from anonymizer.policy import Policy, default_policy, parse_policy, require_fit
from anonymizer.weeks.count_movements import movement_tables
from core.places import load_places
from core.policies import PolicyKind, active_policy

__all__ = ["policy_in_force", "read_weekly_policy", "weekly_tables"]

TABLES = ("movements", "arrivals")


def weekly_tables(session: Session, operation: str) -> list[tuple[str, Sequence[Dimension]]]:
    """The names of an operation's weekly tables with their dimensions."""
    return list(zip(TABLES, movement_tables(load_places(session, operation)), strict=True))


def policy_in_force(session: Session) -> Policy:
    """The rules that two people activated in this operation; else the default. Raises `PolicyUnreadable` or `PolicyChanged`."""
    active = active_policy(session, PolicyKind.PROTECTION)
    return default_policy() if active is None else parse_policy(active, Path("core.policy"))


def read_weekly_policy(session: Session, operation: str, content: str, path: Path) -> Policy:
    """The rules of a text, if the operation's weekly tables can be protected under them; before two people decide on it.

    Raises `PolicyUnreadable`, and `PolicyUnfit` where a rule is for what is not there or asks what is not counted.
    """
    policy = parse_policy(content, path)
    require_fit(weekly_tables(session, operation), policy)
    if policy != policy.without_contributions():
        raise PolicyUnfit(reason="dominance asks who contributed how much, which the weekly tables do not count")
    return policy
