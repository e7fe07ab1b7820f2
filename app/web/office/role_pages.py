"""Administrators' page of the operation's own roles: what each may do, a new one, and the end of one."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.access import require
from core.database import Zone
from core.errors import Problem
from core.identity.own_roles import LONGEST_NAME, add_own_role, list_own_roles, retire_own_role
from core.permissions import Right, Role, rights_of

__all__ = ["ROLES"]

router = signed_in_router()
ROLES: Final = PageGroup(router, "roles", (Entry("/roles", "own_roles", Right.MANAGE_ACCOUNTS),))


@router.get("/roles")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The operation's own roles, and the program's to make others of."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="identity.own_role")
        own = list_own_roles(session)
    lacks = {one.id: [right for right in _in_order(Role(one.role)) if right.value not in one.rights] for one in own}
    done = request.query_params.get("done", "")
    return show(request, "roles.html.j2", visit, own=own, lacks=lacks, roles=list(Role), done=done)


@router.get("/roles/new")
def ask(request: Request, visit: SignedIn, desk: OpenDesk, role: Annotated[Role, Query()] = Role.CASEWORKER) -> Response:
    """What a role of the program may do, to be unticked."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="identity.own_role")
    return _form(request, visit, role, rights_of(role))


@router.post("/roles/new")
def add(request: Request, visit: SignedIn, desk: OpenDesk, role: Annotated[Role, Query()], form: CheckedForm) -> Response:
    """Make the role; it can be given at once."""
    name, rights = str(form.get("name", "")), {right for right in Right if right.value in form.getlist("right")}
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            add_own_role(session, name, role, rights)
    except Problem as problem:
        return _form(request, visit, role, rights, name=name, problem=problem)
    return go_to("/roles?done=added")


@router.post("/roles/{own_role}/retire")
def retire(visit: SignedIn, desk: OpenDesk, own_role: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Give it to nobody from now on."""
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        retire_own_role(session, own_role)
    return go_to("/roles?done=retired")


def _form(
    request: Request,
    visit: Visit,
    role: Role,
    ticked: Collection[Right],
    *,
    name: str = "",
    problem: Problem | None = None,
) -> Response:
    return show(
        request,
        "role_new.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/roles/new?role={role.value}",
        problem=problem,
        role=role,
        rights=_in_order(role),
        ticked=ticked,
        name=name,
        longest=LONGEST_NAME,
    )


def _in_order(role: Role) -> list[Right]:
    """What the role may do, as the table of rights has it."""
    return [right for right in Right if right in rights_of(role)]
