"""The worker's day: the list of cases and of things to do, narrowed by what an address says in codes.

Lists show ids, states, units and moments; nothing that anybody said is opened for them. A reference is looked up by a form,
for what is typed must not stand in an address.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID, uuid4

from babel.dates import format_date
from fastapi import Query, Request, Response
from starlette.datastructures import QueryParams

import casework
from app.web.cases.caseload_filter import OPEN, address_of, case_filter, codes_of, state_of, task_filter
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.people.record_panels import units_to_choose
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework.caseload import (
    COUNTED,
    TO_DO_KINDS,
    CaseFilter,
    CaseState,
    Due,
    Mark,
    ScreeningOutcome,
    Whose,
    drop_list,
    keep_list,
    kept_lists,
    list_caseload,
    list_tasks,
)
from casework.programme import Programme, programme_in_force
from core.access import NOBODY, Custody
from core.audit import Purpose
from core.database import Zone
from core.identity.accounts import sign_in_names
from core.permissions import Right

__all__ = ["CASELOAD"]

router = signed_in_router()
CASELOAD: Final = PageGroup(
    router, "caseload", (Entry("/cases", "cases", Right.READ_CASE_FILE), Entry("/tasks", "tasks", Right.READ_CASE_FILE))
)


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed by, and how each is called."""

    whose: tuple[Whose, ...]
    units: Mapping[str, str]
    states: tuple[str, ...]
    outcomes: Mapping[str, str]
    marks: tuple[Mark, ...]


@router.get("/cases")
def list_cases(
    request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[str | None, Query(max_length=80)] = None
) -> Response:
    """The cases in reach, what was worked on last first."""
    return _cases(request, visit, desk, case_filter(request.query_params), after)


@router.post("/cases")
def find_case(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """The case under a reference."""
    reference = str(form.get("case_reference", "")).strip()
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        found = casework.find_case(session, desk.ring, visit.access.operation, reference, purpose=Purpose.ASSISTANCE)
    if found:
        return go_to(f"/cases/{found.id}")
    return _cases(request, visit, desk, CaseFilter(), not_found=True)


@router.post("/cases/kept")
def keep(visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Keep the filter that the page shows, written anew from what was read of it."""
    asked = case_filter(QueryParams(str(form.get("asked", ""))))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        keep_list(session, codes_of(asked))
    return go_to(address_of(asked))


@router.post("/cases/kept/{kept}/drop")
def drop(visit: SignedIn, desk: OpenDesk, kept: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Keep a filter no longer."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        drop_list(session, kept)
    return go_to("/cases")


@router.get("/tasks")
def tasks(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What is to be done, the longest overdue first."""
    asked = task_filter(request.query_params)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = list_tasks(session, asked, purpose=Purpose.ASSISTANCE, after=after)
    units = _units(desk, visit)
    names = _names(desk, visit, (name for task in page.rows for name in (task.assignee, task.worker)))
    return show(
        request,
        "tasks.html.j2",
        visit,
        page=page,
        asked=asked,
        units=units,
        names=names,
        whose=tuple(Whose),
        dues=tuple(Due),
        kinds=TO_DO_KINDS,
        day=_days(request, visit),
    )


def _cases(
    request: Request,
    visit: Visit,
    desk: Desk,
    asked: CaseFilter,
    after: str | None = None,
    *,
    not_found: bool = False,
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = list_caseload(session, asked, purpose=Purpose.ASSISTANCE, after=after)
        programme, kept = programme_in_force(session), kept_lists(session)
    units = _units(desk, visit)
    return show(
        request,
        "cases.html.j2",
        visit,
        at="/cases",
        unsaved=True,
        page=page,
        kept=[(one.id, case_filter(QueryParams(one.codes))) for one in kept],
        codes_of=codes_of,
        many=page.count >= COUNTED,
        asked=asked,
        state_of=state_of,
        choices=_choices(units, programme, reader_language(request, visit)),
        day=_days(request, visit),
        names=_names(desk, visit, (line.custody.worker for line in page.lines)),
        unit_of=lambda custody: _unit_of(custody, units),
        not_found=not_found,
        searches=visit.access.may(Right.FIND_PERSON),
        works=visit.access.may(Right.WORK_ON_CASE),
        hands_over=visit.access.may(Right.SHARE_RECORD),
        form_id=uuid4(),
        narrowed=address_of(asked) != address_of(CaseFilter()),
    )


def _choices(units: Mapping[str, str], programme: Programme, language: str) -> Choices:
    outcomes = {code.value: programme.label("trafficking_status", code.value, language) for code in ScreeningOutcome}
    return Choices(tuple(Whose), units, (OPEN, *(state.value for state in CaseState)), outcomes, tuple(Mark))


def _units(desk: Desk, visit: Visit) -> dict[str, str]:
    """By id, the way down to each unit by names."""
    return {str(unit): way for unit, way in units_to_choose(desk, visit)}


def _unit_of(custody: Custody, units: Mapping[str, str]) -> str:
    """The innermost unit that a record lies in, by names; nothing where it lies in none that is open."""
    return next((units[unit] for unit in (custody.team, custody.area, custody.organisation) if unit in units), "")


def _names(desk: Desk, visit: Visit, accounts: Iterable[str | None]) -> Mapping[str, str]:
    """Colleagues' sign-in names, by account; looked up by the program, for a worker has no right to the accounts."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return sign_in_names(session, {account for account in accounts if account and account != NOBODY})


def _days(request: Request, visit: Visit) -> Callable[[date], str]:
    language = reader_language(request, visit)
    return lambda day: format_date(day, "d MMM y", locale=language)
