"""Which rules of protection hold in an operation."""

from pathlib import Path

from sqlalchemy.orm import Session

from anonymizer.policy import Policy, default_policy, parse_policy
from core.policies import PolicyKind, active_policy

__all__ = ["policy_in_force"]


def policy_in_force(session: Session) -> Policy:
    """The rules that two people activated in this operation; else the default. Raises `PolicyUnreadable` or `PolicyChanged`."""
    active = active_policy(session, PolicyKind.PROTECTION)
    return default_policy() if active is None else parse_policy(active, Path("core.policy"))
