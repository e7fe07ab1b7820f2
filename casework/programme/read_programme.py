"""The programme of casework, read from the text that two people decided, or from the one that Waystation comes with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from casework.models import ScreeningOutcome
from casework.programme.errors import ProgrammeUnreadable
from casework.programme.screening_rules import Labels, ScreeningRules, parse_screening, read_labels, read_table
from casework.programme.told_fields import ToldFields, parse_told
from core.policies import PolicyKind, active_policy

__all__ = [
    "APPROVABLE",
    "FIXED",
    "LISTS",
    "OURS",
    "OWN",
    "Programme",
    "parse_programme",
    "programme_in_force",
    "programme_text",
]

OURS: Final = Path(__file__).with_name("programme.toml")
APPROVABLE: Final = frozenset({"assessment", "plan", "closure", "report"})
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
    "report_purpose",
    "report_recipient",
)
# A programme that was written before there were these takes Waystation's own.
ADDED: Final = frozenset({"report_purpose", "report_recipient"})
SECTIONS: Final = frozenset({"approvals", "gone", "lists", "referrals", "reminders", "screening"})
# The program acts on these codes: they are called as an organisation likes, and there are no others.
FIXED: Final[Mapping[str, frozenset[str]]] = {
    "trafficking_status": frozenset(ScreeningOutcome),
    "screening_outcome": frozenset({"assist", "refer", "close"}),
}
OWN: Final = "own"  # the provider that is this organisation: nothing leaves it
REASSESS_AFTER_DAYS: Final = 90  # where a programme does not say


@dataclass(frozen=True)
class Programme:
    """What an organisation set up for its casework.

    `lists`: by name of the list and code, what people read, in each language that is there. `gone`: likewise of codes that are
    offered no longer, for what was recorded under them. `approvals`: kinds of entries that somebody else has to approve.
    `screening`: what the answers of a screening propose; a programme that says nothing of it takes Waystation's own. `told`:
    which answers a provider is told of a person referred to it; a programme that says nothing of it tells none.
    `reassess_after_days`: after so many, an open case is to be assessed again.
    """

    lists: Mapping[str, Mapping[str, Labels]]
    approvals: frozenset[str]
    screening: ScreeningRules
    reassess_after_days: int = REASSESS_AFTER_DAYS
    told: ToldFields = field(default_factory=ToldFields)
    gone: Mapping[str, Mapping[str, Labels]] = field(default_factory=dict)

    def partners(self, language: str) -> Mapping[str, str]:
        """What people read for each provider that is another organisation, by its code."""
        return {code: self.label("provider", code, language) for code in self.lists["provider"] if code != OWN}

    def label(self, of_list: str, code: str, language: str) -> str:
        """What people read for a code: in their language, else in English; a code that nobody knows stands for itself."""
        labels = self.lists[of_list].get(code) or self.gone.get(of_list, {}).get(code, {})
        return labels.get(language) or labels.get("en") or code


def programme_in_force(session: Session) -> Programme:
    """The programme that two people activated in this operation, else Waystation's own.

    Raises `ProgrammeUnreadable` or `PolicyChanged`.
    """
    active = active_policy(session, PolicyKind.PROGRAMME)
    return ours() if active is None else parse_programme(active)


def programme_text(session: Session) -> str:
    """Its text; raises `PolicyChanged`."""
    return active_policy(session, PolicyKind.PROGRAMME) or OURS.read_text(encoding="utf-8")


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
    lists = read_table("lists", said.get("lists"))
    _require_known("lists", lists, frozenset(LISTS))
    missing = [name for name in LISTS if name not in lists and name not in ADDED]
    if missing:
        raise ProgrammeUnreadable(where="lists", reason=f"there is no list {missing[0]}")
    for name, codes in FIXED.items():
        _require_known(f"lists.{name}", read_table(f"lists.{name}", lists[name]), codes)
    gone = read_table("gone", said.get("gone", {}))
    _require_known("gone", gone, frozenset(LISTS))
    asked = read_table("approvals", said.get("approvals", {}))
    _require_known("approvals", asked, APPROVABLE)
    reminders = read_table("reminders", said.get("reminders", {}))
    _require_known("reminders", reminders, frozenset({"reassess_after_days"}))
    for name, codes in gone.items():
        _require_apart(name, read_table(f"gone.{name}", codes), read_table(f"lists.{name}", lists.get(name, {})))
    return Programme(
        {name: _codes(f"lists.{name}", lists[name]) if name in lists else ours().lists[name] for name in LISTS},
        frozenset(kind for kind, wanted in asked.items() if _yes(f"approvals.{kind}", wanted)),
        parse_screening(said["screening"], list(lists["trafficking_status"])) if "screening" in said else ours().screening,
        _days("reminders.reassess_after_days", reminders.get("reassess_after_days", REASSESS_AFTER_DAYS)),
        parse_told(said.get("referrals", {}), list(lists["provider"])),
        {name: _codes(f"gone.{name}", codes) for name, codes in gone.items()},
    )


def _codes(where: str, said: object) -> dict[str, Labels]:
    return {code: read_labels(f"{where}.{code}", labels) for code, labels in read_table(where, said).items()}


def _require_apart(name: str, gone: Mapping[str, object], offered: Mapping[str, object]) -> None:
    both = sorted(gone.keys() & offered.keys())
    if both:
        raise ProgrammeUnreadable(where=f"gone.{name}.{both[0]}", reason="it is offered in the same list")


def _yes(where: str, said: object) -> bool:
    if not isinstance(said, bool):
        raise ProgrammeUnreadable(where=where, reason="it is neither true nor false")
    return said


def _days(where: str, said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 1 <= said <= 3650:
        raise ProgrammeUnreadable(where=where, reason="it is not a number of days from 1 to 3650")
    return said


def _require_known(where: str, said: Mapping[str, object], known: frozenset[str]) -> None:
    for name in said:
        if name not in known:
            raise ProgrammeUnreadable(where=f"{where}.{name}", reason=f"known are {', '.join(sorted(known))}")
