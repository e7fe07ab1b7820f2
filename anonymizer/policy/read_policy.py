"""A policy file: TOML that an officer reads and signs."""

import tomllib
from pathlib import Path
from typing import Final

from anonymizer.errors import PolicyUnreadable
from anonymizer.policy.rules import Policy
from anonymizer.policy.stated import policy_from

__all__ = ["DEFAULT_POLICY", "default_policy", "parse_policy", "read_policy"]

DEFAULT_POLICY: Final = Path(__file__).parents[1] / "default_policy.toml"


def default_policy() -> Policy:
    """The policy of `default_policy.toml`."""
    return read_policy(DEFAULT_POLICY)


def read_policy(path: Path) -> Policy:
    """Read a policy file; raises `PolicyUnreadable`."""
    try:
        return parse_policy(path.read_text(encoding="utf-8"), path)
    except (OSError, ValueError) as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None


def parse_policy(content: str, path: Path) -> Policy:
    """The rules of a text; `path` says where it is from. Raises `PolicyUnreadable`."""
    try:
        given = tomllib.loads(content)
    except ValueError as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None
    return policy_from(given, path)
