"""Which row of the programme's table fits what an interview told. The same told gives the same row, always."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from casework.programme import Departure, Rule, When
from casework.screening.score_indicators import Score

__all__ = ["Told", "asks_second_opinion", "first_fit"]


@dataclass(frozen=True)
class Told:
    """What rules look at. `said` is the status that the interviewer chose, empty where none; `age` the lower of the age at the
    interview and when the person was trafficked, None where neither is known; `consents` the purposes that are agreed to."""

    score: Score
    said: str = field(default="", repr=False)
    age: int | None = field(default=None, repr=False)
    consents: frozenset[str] = frozenset()


def first_fit(rules: Sequence[Rule], told: Told) -> Rule:
    """The first row that fits; the last one asks nothing, so there always is one."""
    return next(rule for rule in rules if _fits(rule.when, told))


def asks_second_opinion(rule: Rule, departure: Departure, decided: Mapping[str, object]) -> bool:
    """Whether somebody else has to look at a decision (its fields `status` and `eligible`) before it holds."""
    refused = rule.eligible and decided.get("eligible") == "no"
    departs = decided.get("status") != rule.status or (decided.get("eligible") == "yes") != rule.eligible
    return rule.second_opinion or (refused and departure is Departure.REFUSAL) or (departs and departure is Departure.ANY)


def _fits(when: When, told: Told) -> bool:
    score = told.score
    return (
        (when.score_at_least is None or score.total >= when.score_at_least)
        and (when.score_at_most is None or (score.most is not None and score.most <= when.score_at_most))
        and all(score.groups.get(group, 0) >= least for group, least in when.groups_at_least)
        and (not when.said or told.said in when.said)
        and (when.below_age is None or (told.age is not None and told.age < when.below_age))
        and when.consent_to <= told.consents
    )
