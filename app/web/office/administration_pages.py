"""Administrators' pages: the accounts of an operation, a new one, and the roles that each holds.

They show and change who may do what; no page here knows a password, a factor or a session of anybody.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.problems import FormExpired, status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework.programme import programme_in_force
from core.access import require
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import add_account, deactivate, listed_account, page_accounts
from core.identity.enrolment import give_code
from core.identity.errors import ProviderUnfit
from core.identity.grants import Reach, give_role, grants_given, take_back
from core.identity.models import AccountKind, OwnRole, UnitKind
from core.identity.own_roles import find_own_role, list_own_roles
from core.identity.units import list_units
from core.languages import DEFAULT_LANGUAGE, LANGUAGES
from core.permissions import Right, Role

__all__ = ["ADMINISTRATION"]

router = signed_in_router()
ADMINISTRATION: Final = PageGroup(router, "accounts", (Entry("/accounts", "accounts", Right.MANAGE_ACCOUNTS),))


@router.get("/accounts")
def show_accounts(request: Request, desk: OpenDesk, visit: SignedIn, after: Annotated[UUID | None, Query()] = None) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        page = page_accounts(session, desk.ring, after=after)
        roles, own = grants_given(session, visit.access.operation), _own_names(session)
    held = {
        row.id: sorted({(grant.role, own.get(grant.own_role, "")) for grant in roles if grant.account == row.id})
        for row in page.rows
    }
    return show(request, "accounts.html.j2", visit, page=page, held=held)


@router.get("/accounts/new")
def ask_account(request: Request, desk: OpenDesk, visit: SignedIn) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS)
    return show(request, "account_new.html.j2", visit, problem=None)


@router.post("/accounts/new")
def take_account(request: Request, desk: OpenDesk, visit: SignedIn, form: CheckedForm) -> Response:
    """Add an account and show the code by which its owner enrols, once; a program has none and signs in with tokens."""
    name, called = str(form.get("name", "")), str(form.get("called", ""))
    language = str(form.get("language", ""))
    kind = AccountKind.SERVICE if form.get("service") else AccountKind.PERSON
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            account = add_account(
                session,
                desk.ring,
                name,
                called,
                kind=kind,
                language=language if language in LANGUAGES else DEFAULT_LANGUAGE,
            )
            code = give_code(session, account) if kind is AccountKind.PERSON else ""
    except Problem as problem:
        return show(request, "account_new.html.j2", visit, status=status_of(problem), problem=problem)
    if not code:
        return go_to(f"/accounts/{account}")
    return show(request, "enrolment_code.html.j2", visit, code=code, account=account)


@router.get("/accounts/{account}")
def show_account(request: Request, desk: OpenDesk, visit: SignedIn, account: UUID) -> Response:
    return _one(request, desk, visit, account)


@router.post("/accounts/{account}/roles")
def take_role(request: Request, desk: OpenDesk, visit: SignedIn, account: UUID, form: CheckedForm) -> Response:
    try:
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            role, until, reach = _role(session, form.get("role")), _end_of_day(form.get("until")), _reach(form)
            if reach.provider and reach.provider not in _providers(request, desk, visit):
                raise ProviderUnfit
            give_role(session, account, role, visit.access.operation, reach, valid_until=until)
    except Problem as problem:
        return _one(request, desk, visit, account, problem)
    return go_to(f"/accounts/{account}")


@router.post("/accounts/{account}/roles/end")
def end_role(desk: OpenDesk, visit: SignedIn, account: UUID, form: CheckedForm) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        take_back(session, identifier(form.get("grant")))
    return go_to(f"/accounts/{account}")


@router.post("/accounts/{account}/close")
def close(desk: OpenDesk, visit: SignedIn, account: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        deactivate(session, account)
    return go_to(f"/accounts/{account}")


def _one(request: Request, desk: Desk, visit: Visit, account: UUID, problem: Problem | None = None) -> Response:
    with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
        shown = listed_account(session, desk.ring, account)
        units, own = list_units(session), list_own_roles(session)
        roles = [grant for grant in grants_given(session, visit.access.operation) if grant.account == account]
    return show(
        request,
        "account_one.html.j2",
        visit,
        status=status_of(problem) if problem else 200,
        at=f"/accounts/{account}",
        problem=problem,
        row=shown,
        grants=roles,
        roles=list(Role),
        own=[one for one in own if one.retired_at is None],
        own_names={one.id: one.name for one in own},
        kinds={kind: [unit for unit in units if unit.kind == kind and not unit.closed_at] for kind in UnitKind},
        names={unit.id: unit.name for unit in units},
        providers=_providers(request, desk, visit),
        oneself=str(account) == visit.access.actor,
    )


def _providers(request: Request, desk: Desk, visit: Visit) -> Mapping[str, str]:
    """The programme's providers that are other organisations."""
    language = reader_language(request, visit)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        return programme_in_force(session).partners(language)


def _reach(form: CheckedForm) -> Reach:
    organisation, area, team = (identifier(form.get(kind)) if form.get(kind) else None for kind in UnitKind)
    return Reach(organisation, area, team, own=bool(form.get("own")), provider=str(form.get("provider", "")))


def _role(session: Session, given: object) -> Role | OwnRole:
    """A role of the program by its code, or the operation's own by its id; raises `FormExpired` or `OwnRoleUnknown`."""
    return Role(str(given)) if given in set(Role) else find_own_role(session, identifier(given))


def _own_names(session: Session) -> dict[UUID | None, str]:
    return {one.id: one.name for one in list_own_roles(session)}


def _end_of_day(given: object) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(str(given)), time.max, UTC) if given else None
    except ValueError:
        raise FormExpired from None
