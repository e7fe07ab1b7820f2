"""The programme of casework, read from the text that two people decided, or from the one that Waystation comes with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.programme.errors import ProgrammeUnreadable
from core.policies import PolicyKind, active_policy

__all__ = ["APPROVABLE", "LISTS", "OURS", "Programme", "parse_programme", "programme_in_force"]

OURS: Final = Path(__file__).with_name("programme.toml")
APPROVABLE: Final = frozenset({"assessment", "plan", "closure"})
LISTS: Final = (
    "trafficking_status",
    "screening_outcome",
    "need",
    "risk",
    "service_type",
    "provider",
    "currency",
    "service_outcome",
    "urgency",
    "visit_outcome",
    "closure_outcome",
)
SECTIONS: Final = frozenset({"approvals", "lists"})

Labels = Mapping[str, str]  # by language


@dataclass(frozen=True)
class Programme:
    """`lists`: by name of the list and code, what people read, in each language that is there. `approvals`: kinds of entries
    that somebody else has to approve."""

    lists: Mapping[str, Mapping[str, Labels]]
    approvals: frozenset[str]

    def label(self, of_list: str, code: str, language: str) -> str:
        """What people read for a code: in their language, else in English; a code that is gone stands for itself."""
        labels = self.lists[of_list].get(code, {})
        return labels.get(language) or labels.get("en") or code


def programme_in_force(session: Session) -> Programme:
    """The programme that two people activated in this operation, else Waystation's own.

    Raises `ProgrammeUnreadable` or `PolicyChanged`.
    """
    active = active_policy(session, PolicyKind.PROGRAMME)
    return ours() if active is None else parse_programme(active)


@cache
def ours() -> Programme:
    """The programme that Waystation comes with."""
    return parse_programme(OURS.read_text(encoding="utf-8"))


def parse_programme(content: str) -> Programme:
    """Read a programme; raises `ProgrammeUnreadable`, which names the section and the entry."""
    try:
        said = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeUnreadable(where="file", reason=str(error)) from None
    _require_known("file", said, SECTIONS)
    lists = _table("lists", said.get("lists"))
    _require_known("lists", lists, frozenset(LISTS))
    missing = [name for name in LISTS if name not in lists]
    if missing:
        raise ProgrammeUnreadable(where="lists", reason=f"there is no list {missing[0]}")
    asked = _table("approvals", said.get("approvals", {}))
    _require_known("approvals", asked, APPROVABLE)
    return Programme(
        {name: _codes(f"lists.{name}", codes) for name, codes in lists.items()},
        frozenset(kind for kind, wanted in asked.items() if _yes(f"approvals.{kind}", wanted)),
    )


def _codes(where: str, said: object) -> dict[str, dict[str, str]]:
    return {code: _labels(f"{where}.{code}", labels) for code, labels in _table(where, said).items()}


def _labels(where: str, said: object) -> dict[str, str]:
    labels = _table(where, said)
    if not all(isinstance(label, str) and label.strip() for label in labels.values()) or "en" not in labels:
        raise ProgrammeUnreadable(where=where, reason="it needs a label in English, and text in every language that it names")
    return {language: str(label).strip() for language, label in labels.items()}


def _table(where: str, said: object) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ProgrammeUnreadable(where=where, reason="it is not a table")
    return said


def _yes(where: str, said: object) -> bool:
    if not isinstance(said, bool):
        raise ProgrammeUnreadable(where=where, reason="it is neither true nor false")
    return said


def _require_known(where: str, said: Mapping[str, object], known: frozenset[str]) -> None:
    for name in said:
        if name not in known:
            raise ProgrammeUnreadable(where=f"{where}.{name}", reason=f"known are {', '.join(sorted(known))}")
