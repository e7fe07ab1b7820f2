"""Administrators' page of organisations, areas and teams: what there is, a new one, another name, the end, and what then is
left in it."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.problems import FormExpired, status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import records
from core.access import require
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.identity.grants import page_left
from core.identity.models import UnitKind
from core.identity.units import PARENTS, add_unit, any_unit, close_unit, list_units, rename_unit
from core.permissions import Right

__all__ = ["UNITS"]

router = signed_in_router()
UNITS: Final = PageGroup(router, "units", (Entry("/units", "units", Right.MANAGE_ACCOUNTS),))


@router.get("/units")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Every unit with the one that it lies in, and the form to add one."""
    return _page(request, visit, desk)


@router.post("/units")
def add(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Add a unit; it can be named in roles and custodies at once."""
    parent = identifier(form.get("parent")) if form.get("parent") else None
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            add_unit(session, _kind(form.get("kind")), str(form.get("name", "")), parent)
    except Problem as problem:
        return _page(request, visit, desk, problem, form)
    return go_to("/units?done=added")


@router.post("/units/{unit}/rename")
def rename(request: Request, visit: SignedIn, desk: OpenDesk, unit: UUID, form: CheckedForm) -> Response:
    """Call a unit otherwise, everywhere at once."""
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            rename_unit(session, unit, str(form.get("name", "")))
    except Problem as problem:
        return _page(request, visit, desk, problem)
    return go_to("/units?done=renamed")


@router.post("/units/{unit}/close")
def close(request: Request, visit: SignedIn, desk: OpenDesk, unit: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Close a unit: nothing new is given to it."""
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            close_unit(session, unit)
    except Problem as problem:
        return _page(request, visit, desk, problem)
    return go_to("/units?done=closed")


@router.get("/units/{unit}/left")
def left(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    unit: UUID,
    *,
    after: Annotated[UUID | None, Query()] = None,
    role_after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """What still lies in a unit: roles for whoever gives them, records for whoever hands them over."""
    administers, hands_over = (visit.access.may(right) for right in (Right.MANAGE_ACCOUNTS, Right.SHARE_RECORD))
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        if not hands_over:
            require(session, Right.MANAGE_ACCOUNTS)
        shown = any_unit(session, unit)
        roles = page_left(session, unit, after=role_after) if administers else None
        accounts = sign_in_names(session, [str(role.account) for role in roles.rows]) if roles else {}
    with desk.database.transaction(Zone.CASEWORK, operation=visit.access.operation, actor=visit.access.actor) as session:
        count = records.count_left(session, unit)
    found = None
    if hands_over:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            found = records.page_left(session, unit, purpose=Purpose.ADMINISTRATION, after=after)
    return show(
        request,
        "unit_left.html.j2",
        visit,
        at="/units",
        unit=shown,
        roles=roles,
        accounts=accounts,
        count=count,
        records=found,
    )


def _page(
    request: Request, visit: Visit, desk: Desk, problem: Problem | None = None, form: CheckedForm | None = None
) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS)
        units = list_units(session)
    return show(
        request,
        "units.html.j2",
        visit,
        status=status_of(problem) if problem else 200,
        at="/units",
        problem=problem,
        kinds={kind: [unit for unit in units if unit.kind == kind] for kind in UnitKind},
        above=[
            unit for unit in units if not unit.closed_at and any(UnitKind(unit.kind) in parents for parents in PARENTS.values())
        ],
        names={unit.id: unit.name for unit in units},
        typed={name: str(form.get(name, "")) if form else "" for name in ("kind", "name", "parent")},
        done=request.query_params.get("done", ""),
    )


def _kind(given: object) -> UnitKind:
    try:
        return UnitKind(str(given))
    except ValueError:
        raise FormExpired from None
