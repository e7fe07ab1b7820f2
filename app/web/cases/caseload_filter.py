"""A filter as an address says it, and the address of a filter: ids, codes and days, and nothing else.

What is no code of ours does not narrow.
"""

from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from casework.case_file import EntryKind
from casework.caseload import OPEN_STATES, CaseFilter, CaseState, Due, Mark, ScreeningOutcome, TaskFilter, Whose

__all__ = ["OPEN", "address_of", "case_filter", "codes_of", "state_of", "task_filter"]

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
    return f"{'/tasks' if isinstance(asked, TaskFilter) else '/cases'}?{codes_of(asked)}"


def codes_of(asked: CaseFilter | TaskFilter) -> str:
    """What is asked for as an address writes it, without the page."""
    said: dict[str, object] = {"whose": asked.whose, "unit": asked.unit}
    if isinstance(asked, TaskFilter):
        said |= {"due": asked.due, "kind": asked.kind}
    else:
        said |= {"state": state_of(asked), "outcome": asked.outcome, "since": asked.opened_since, "mark": sorted(asked.marks)}
    return urlencode({name: value for name, value in said.items() if value}, doseq=True)


def state_of(asked: CaseFilter) -> str:
    """The code of the state that is asked for, or of all open ones; empty where none is."""
    return OPEN if asked.states == OPEN_STATES else next(iter(asked.states), "")


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
