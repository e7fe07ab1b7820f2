"""The retention periods, read from a file that an officer can read too (`retention.toml`)."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.errors import RetentionUnreadable
from casework.models import CaseState
from core.policies import PolicyKind, active_policy

__all__ = ["OURS", "Keeps", "RetentionRule", "parse_rules", "read_rules", "retention_text", "rules_in_force"]

OURS: Final = Path(__file__).with_name("retention.toml")
NEVER: Final = "never"


class Keeps(StrEnum):
    """What a period is about."""

    PERSON = "person"
    SUBMISSION = "submission"
    QUARANTINE = "quarantine"
    REPORT = "movement report"
    AUDIT = "audit log"


@dataclass(frozen=True)
class RetentionRule:
    """How long something is kept, and the reason; `period` is None for ever. `states` are of a person's case."""

    name: str
    keeps: Keeps
    period: timedelta | None
    because: str
    states: frozenset[CaseState] = frozenset()


def read_rules(path: Path) -> list[RetentionRule]:
    """The periods of the file, or Waystation's own where there is none; raises `RetentionUnreadable`."""
    return parse_rules(retention_text(path), _used(path))


def retention_text(path: Path) -> str:
    """The text of the file, or of Waystation's own where there is none; raises `RetentionUnreadable`."""
    try:
        return _used(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise RetentionUnreadable(path=_used(path), reason=f"{type(error).__name__} while reading it") from None


def rules_in_force(session: Session, path: Path) -> list[RetentionRule]:
    """The periods that two people activated; else those of the file. Raises `RetentionUnreadable` or `PolicyChanged`."""
    active = active_policy(session, PolicyKind.RETENTION)
    return read_rules(path) if active is None else parse_rules(active, Path("core.policy"))


def parse_rules(content: str, used: Path) -> list[RetentionRule]:
    """The periods of a text; `used` says where it is from. Raises `RetentionUnreadable`."""
    try:
        sections = tomllib.loads(content)
        rules = [_rule(name, section) for name, section in sections.items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetentionUnreadable(path=used, reason=f"{type(error).__name__} while reading it") from None
    for rule in rules:
        if (rule.keeps is Keeps.PERSON) != bool(rule.states):
            raise RetentionUnreadable(path=used, reason=f"[{rule.name}] needs `states` exactly where it keeps a person")
        if rule.keeps is Keeps.AUDIT and rule.period is not None:
            raise RetentionUnreadable(path=used, reason="the audit log is never erased")
    return rules


def _used(path: Path) -> Path:
    return path if path.exists() else OURS


def _rule(name: str, section: dict[str, Any]) -> RetentionRule:
    days, because = section["days"], str(section["because"]).strip()
    if days != NEVER and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        raise ValueError("days")
    if not because:
        raise ValueError("because")
    period = None if days == NEVER else timedelta(days=days)
    return RetentionRule(name, Keeps(section["keeps"]), period, because, frozenset(map(CaseState, section.get("states", []))))
