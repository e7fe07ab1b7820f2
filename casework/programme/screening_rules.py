"""The rule table of a screening: rows read from the top, the first that fits proposes what to decide.

A row's conditions hold together; one that is left out asks nothing. What was not answered fits no condition about it: not known
is not no, so `score_at_most` fits only where even the answers that are missing could not bring the score above it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from casework.programme.errors import ProgrammeUnreadable

__all__ = ["Departure", "Labels", "Rule", "ScreeningRules", "When", "parse_screening", "read_labels", "read_table"]

Labels = Mapping[str, str]  # by language
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
CONDITIONS: Final = frozenset({"score_at_least", "score_at_most", "groups_at_least", "said", "below_age", "consent_to"})
DECIDES: Final = frozenset({"name", "status", "eligible", "second_opinion", "because"})
# For what a person is asked to agree: `core.audit.Purpose`, in their words.
CONSENTS: Final = ("assistance", "referral", "statistics", "protection", "verification")


class Departure(StrEnum):
    """Which decisions that depart from the row that fits need a second opinion, whatever the row says."""

    NONE = "none"
    REFUSAL = "refusal"  # where the rules propose to assist, and the decision is not to
    ANY = "any"


@dataclass(frozen=True)
class When:
    """The conditions of a row. `said` holds states that the interviewer may have chosen; `below_age` is in years, at the
    interview or when the person was trafficked."""

    score_at_least: int | None = None
    score_at_most: int | None = None
    groups_at_least: tuple[tuple[str, int], ...] = ()
    said: frozenset[str] = frozenset()
    below_age: int | None = None
    consent_to: frozenset[str] = frozenset()

    @property
    def always(self) -> bool:
        """Whether the row asks nothing."""
        return self == When()


@dataclass(frozen=True)
class Rule:
    """One row: what it asks, and what it proposes."""

    name: str
    when: When
    status: str
    eligible: bool
    second_opinion: bool
    because: Labels


@dataclass(frozen=True)
class ScreeningRules:
    """The table, of which the last row always fits; what groups of indicators are called; what a departure asks for."""

    rules: tuple[Rule, ...]
    groups: Mapping[str, Labels]
    departure: Departure

    def rule(self, name: str) -> Rule | None:
        """The row of this name, unless it was taken out since."""
        return next((rule for rule in self.rules if rule.name == name), None)


def parse_screening(said: object, statuses: Sequence[str]) -> ScreeningRules:
    """Read the section `[screening]`; raises `ProgrammeUnreadable`, which names the row and the condition."""
    table = read_table("screening", said)
    _require_known("screening", table, frozenset({"departure", "groups", "rules"}))
    departure = table.get("departure", Departure.REFUSAL.value)
    if departure not in set(Departure):
        raise ProgrammeUnreadable(where="screening.departure", reason=f"write one of {', '.join(Departure)}")
    rows = table.get("rules")
    if not isinstance(rows, list) or not rows:
        raise ProgrammeUnreadable(where="screening.rules", reason="there is no row, so nothing could be proposed")
    groups = read_table("screening.groups", table.get("groups", {}))
    labels = {name: read_labels(f"screening.groups.{name}", given) for name, given in groups.items()}
    known = _Known(statuses, list(labels))
    rules = tuple(_rule(f"screening.rules, row {at}", row, known) for at, row in enumerate(rows, 1))
    _require_order(rules)
    return ScreeningRules(rules, labels, Departure(departure))


@dataclass(frozen=True)
class _Known:
    """What a row may name."""

    statuses: Sequence[str]
    groups: Sequence[str]


def _rule(where: str, said: object, known: _Known) -> Rule:
    row = read_table(where, said)
    _require_known(where, row, CONDITIONS | DECIDES)
    name = row.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ProgrammeUnreadable(where=where, reason="it needs a `name` of small letters, digits and underscores")
    where = f"{where} ({name})"
    return Rule(
        name=name,
        when=_when(where, row, known),
        status=_codes(f"{where}, status", [row.get("status")], known.statuses)[0],
        eligible=_yes(f"{where}, eligible", row.get("eligible")),
        second_opinion=_yes(f"{where}, second_opinion", row.get("second_opinion", False)),
        because=read_labels(f"{where}, because", row.get("because")),
    )


def _when(where: str, row: Mapping[str, Any], known: _Known) -> When:
    least, most = _number(where, row, "score_at_least", 1), _number(where, row, "score_at_most", 0)
    if least is not None and most is not None and least > most:
        raise ProgrammeUnreadable(where=where, reason="no score is at least the one and at most the other")
    asked = f"{where}, groups_at_least"
    groups = read_table(asked, row.get("groups_at_least", {}))
    _require_known(asked, groups, frozenset(known.groups))
    return When(
        score_at_least=least,
        score_at_most=most,
        groups_at_least=tuple((group, _number(asked, groups, group, 1) or 1) for group in groups),
        said=frozenset(_codes(f"{where}, said", row.get("said", []), known.statuses)),
        below_age=_number(where, row, "below_age", 1),
        consent_to=frozenset(_codes(f"{where}, consent_to", row.get("consent_to", []), CONSENTS)),
    )


def _require_order(rules: Sequence[Rule]) -> None:
    """Names stand once, every row can be reached, and one always fits."""
    for at, rule in enumerate(rules, 1):
        where = f"screening.rules, row {at} ({rule.name})"
        if rule.name in {other.name for other in rules[: at - 1]}:
            raise ProgrammeUnreadable(where=where, reason="another row has this name")
        if rule.when.always and at < len(rules):
            raise ProgrammeUnreadable(where=where, reason="it asks nothing, so no row below it would ever be read")
    if not rules[-1].when.always:
        raise ProgrammeUnreadable(where="screening.rules", reason="the last row must ask nothing, so that one always fits")


def _number(where: str, row: Mapping[str, Any], name: str, least: int) -> int | None:
    given = row.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= 10_000:
        raise ProgrammeUnreadable(where=f"{where}, {name}", reason=f"it is no whole number from {least} to 10000")
    return given


def _codes(where: str, said: object, known: Sequence[str]) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(code, str) and code in known for code in said):
        raise ProgrammeUnreadable(where=where, reason=f"known are {', '.join(known)}; several stand in a list")
    return [str(code) for code in said]


def _yes(where: str, said: object) -> bool:
    if not isinstance(said, bool):
        raise ProgrammeUnreadable(where=where, reason="it is neither true nor false")
    return said


def read_labels(where: str, said: object) -> Labels:
    """Text by language, English among them."""
    labels = read_table(where, said)
    if not all(isinstance(label, str) and label.strip() for label in labels.values()) or "en" not in labels:
        raise ProgrammeUnreadable(where=where, reason="it needs a text in English, and text in every language that it names")
    return {language: str(label).strip() for language, label in labels.items()}


def read_table(where: str, said: object) -> dict[str, Any]:
    """A table of the text."""
    if not isinstance(said, dict):
        raise ProgrammeUnreadable(where=where, reason="it is not a table")
    return said


def _require_known(where: str, said: Mapping[str, object], known: frozenset[str]) -> None:
    for name in said:
        if name not in known:
            raise ProgrammeUnreadable(where=f"{where}, {name}", reason=f"known are {', '.join(sorted(known))}")
