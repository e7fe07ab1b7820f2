"""What a movement report must say before it is counted."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from casework.errors import AnswerMissing, CodeUnknown, CountUnreadable, DateImplausible, FormUnfit, NobodyMoved, PlaceUnknown
from core.periods.week import Week
from forms import FormDefinition

__all__ = ["AGES", "REASONS", "SEXES", "check_movement", "persons_counted"]

EARLIEST: Final = date(2000, 1, 1)
CLOCKS_DIFFER: Final = timedelta(days=1)  # a phone west of us may already live in tomorrow
MOST_PERSONS: Final = 10_000
DIGITS: Final = len(str(MOST_PERSONS))
REASONS: Final = ("conflict", "flood", "drought", "eviction", "livelihood", "other")
SEXES: Final = ("female", "male")
AGES: Final = ("0-4", "5-11", "12-17", "18-59", "60+")
COUNTS: Final = {f"persons.{sex}.{age}": (sex, age) for sex in SEXES for age in AGES}
NEEDED: Final = ("arrival_date", "origin", "destination", "reason")


def check_movement(
    facts: Mapping[str, str], definition: FormDefinition, *, operation: str, districts: Collection[str], today: date
) -> Week:
    """The week of the arrival, once every fact that a table needs is found to be sound.

    `facts` is by statistical variable. Raises `FormUnfit`, `AnswerMissing`, `DateImplausible`, `PlaceUnknown`,
    `CodeUnknown`, `CountUnreadable` or `NobodyMoved`; each names the question as the form calls it.
    """
    asked = {question.statistic: question.name for question in definition.counted.values()}
    _require_all(facts, asked, definition)
    for variable in ("origin", "destination"):
        if facts[variable] not in districts:
            raise PlaceUnknown(question=asked[variable], operation=operation)
    if facts["reason"] not in REASONS:
        raise CodeUnknown(question=asked["reason"], codes=", ".join(REASONS))
    _check_counts(facts, asked)
    return Week.of(_day(facts["arrival_date"], asked["arrival_date"], today + CLOCKS_DIFFER))


def _require_all(facts: Mapping[str, str], asked: Mapping[str | None, str], definition: FormDefinition) -> None:
    for variable in NEEDED:
        if variable not in asked:
            raise FormUnfit(form_id=definition.form_id, version=definition.version, variable=variable)
        if variable not in facts:
            raise AnswerMissing(question=asked[variable])


def _day(answer: str, question: str, latest: date) -> date:
    try:
        day = date.fromisoformat(answer)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= latest:
        raise DateImplausible(question=question, earliest=EARLIEST, latest=latest)
    return day


def _check_counts(facts: Mapping[str, str], asked: Mapping[str | None, str]) -> None:
    for variable in facts:
        if variable.startswith("persons.") and variable not in COUNTS:
            raise CodeUnknown(question=asked[variable], codes=", ".join(COUNTS))
    for variable in COUNTS:
        answer = facts.get(variable, "0")
        if not (answer.isascii() and answer.isdecimal() and len(answer) <= DIGITS):
            raise CountUnreadable(question=asked[variable])
    if not 1 <= sum(persons_counted(facts).values()) <= MOST_PERSONS:
        raise NobodyMoved(most=MOST_PERSONS)


def persons_counted(facts: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Persons by (sex, age band), without the groups of nobody; `facts` have been checked."""
    counts = {group: int(facts.get(variable, "0")) for variable, group in COUNTS.items()}
    return {group: persons for group, persons in counts.items() if persons}
