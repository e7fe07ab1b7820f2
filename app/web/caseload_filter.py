"""A filter as an address says it, and the address of a filter: ids, codes and days, and nothing else.

What is no code of ours does not narrow.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from casework.case_file import EntryKind
from casework.caseload import OPEN_STATES, CaseFilter, CaseState, Due, Mark, ScreeningOutcome, TaskFilter, Whose

__all__ = ["OPEN", "address_of", "case_filter", "task_filter"]

OPEN: Final = "open"  # any of the states of an open case
Code = TypeVar("Code", bound=StrEnum)


def case_filter(query: QueryParams) -> CaseFilter:
    """What the list of cases is narrowed by."""
    state = query.get("state", "")
    one = _code(CaseState, state)
    return CaseFilter(
        whose=_code(Whose, query.get("whose")) or Whose.REACH,
        unit=_unit(query.get("unit")),
        states=OPEN_STATES if state == OPEN else (one,) if one else (),
        outcome=_code(ScreeningOutcome, query.get("outcome")),
        opened_since=_day(query.get("since")),
        marks=frozenset(mark for mark in Mark if mark in query.getlist("mark")),
    )


def task_filter(query: QueryParams) -> TaskFilter:
    """What the list of tasks is narrowed by."""
    return TaskFilter(
        whose=_code(Whose, query.get("whose")) or Whose.MINE,
        due=_code(Due, query.get("due")) or Due.ANY,
        kind=_code(EntryKind, query.get("kind")),
        unit=_unit(query.get("unit")),
    )


def address_of(asked: CaseFilter | TaskFilter) -> str:
    """The page that shows what is asked for."""
    said: dict[str, object]
    if isinstance(asked, TaskFilter):
        said = {"whose": asked.whose, "due": asked.due, "kind": asked.kind, "unit": asked.unit}
        return _address("/tasks", said)
    state = OPEN if asked.states == OPEN_STATES else next(iter(asked.states), None)
    said = {"whose": asked.whose, "unit": asked.unit, "state": state, "outcome": asked.outcome, "since": asked.opened_since}
    return _address("/cases", said | {"mark": sorted(asked.marks)})


def _address(page: str, said: Mapping[str, object]) -> str:
    named = {name: value for name, value in said.items() if value}
    return f"{page}?{urlencode(named, doseq=True)}"


def _code(codes: type[Code], given: str | None) -> Code | None:
    return next((code for code in codes if code.value == given), None)


def _unit(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        return None
