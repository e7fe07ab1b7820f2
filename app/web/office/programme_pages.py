"""The programme of casework on screen: lists and approvals changed without a text editor, proposed whole, decided by another.

Nothing is kept between the pages of a change: the text as it shall stand travels in the form, and is in force only when two
people have agreed to exactly it.
"""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.datastructures import FormData

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.office.programme_diff import changed_sections
from app.web.office.programme_form import CodeRow, read_rows, rows_of, wanted_list
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.programme import (
    APPROVABLE,
    FIXED,
    LISTS,
    parse_programme,
    programme_text,
    rewrite_approvals,
    rewrite_list,
)
from core.access import require
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.languages import LANGUAGES
from core.permissions import Right
from core.policies import PolicyKind, activate_policy, approve_policy, list_policies, propose_policy

__all__ = ["PROGRAMME"]

router = signed_in_router()
PROGRAMME: Final = PageGroup(
    router, "programme", (Entry("/programme", "programme", (Right.CHANGE_PROGRAMME, Right.APPROVE_PROGRAMME)),)
)
APPROVALS: Final = "approvals"
SECTIONS: Final = (APPROVALS, *LISTS)


@router.get("/programme")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """What holds, and every version with what it changes and what this account may do with it."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        versions = list_policies(session, PolicyKind.PROGRAMME)
        in_force = programme_text(session)
    told = {actor for it in versions for actor in (it.proposed_by, it.approved_by) if actor}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, told)  # by the program: who decides need not hold a right to the accounts
    return show(
        request,
        "programme.html.j2",
        visit,
        programme=parse_programme(in_force),
        in_force=in_force,
        approvable=sorted(APPROVABLE),
        versions=[(it, changed_sections(in_force, it.content)) for it in versions],
        names=names,
        actor=visit.access.actor,
        may_change=visit.access.may(Right.CHANGE_PROGRAMME),
        may_approve=visit.access.may(Right.APPROVE_PROGRAMME),
        done=request.query_params.get("done", ""),
    )


@router.get("/programme/change")
def begin(request: Request, visit: SignedIn, desk: OpenDesk, section: Annotated[str, Query()] = APPROVALS) -> Response:
    """One section of the text that holds, to be changed."""
    shown = section if section in SECTIONS else APPROVALS
    return _section(request, visit, _in_force(visit, desk), shown)


@router.post("/programme/change")
def change(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Write what was typed into the text that travels with the form, and go to another section, else to what all changes."""
    in_force = _in_force(visit, desk)
    content, section = _content(form), str(form.get("section", ""))
    rows = read_rows(form)
    try:
        if section == APPROVALS:
            content = rewrite_approvals(content, APPROVABLE & set(map(str, form.getlist("approved"))))
        elif section in LISTS:
            content = rewrite_list(content, section, wanted_list(rows))
        parse_programme(content)
    except Problem as problem:
        if section in SECTIONS:
            return _section(request, visit, content, section, rows=rows, problem=problem)
        return _review(request, visit, in_force, content, problem)
    following = str(form.get("go", ""))
    if following in SECTIONS:
        return _section(request, visit, content, following)
    return _review(request, visit, in_force, content)


@router.post("/programme/propose")
def propose(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Propose the text, if the program can use it."""
    in_force, content = _in_force(visit, desk), _content(form)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        try:
            parse_programme(content)
        except Problem as problem:
            return _review(request, visit, in_force, content, problem)
        propose_policy(session, PolicyKind.PROGRAMME, content)
    return go_to("/programme?done=proposed")


@router.post("/programme/{policy}/approve")
def approve(visit: SignedIn, desk: OpenDesk, policy: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Approve what somebody else proposed."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        approve_policy(session, policy)
    return go_to("/programme?done=approved")


@router.post("/programme/{policy}/activate")
def activate(visit: SignedIn, desk: OpenDesk, policy: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Use an approved version from now on."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        activate_policy(session, policy)
    return go_to("/programme?done=active")


def _in_force(visit: Visit, desk: Desk) -> str:
    """The text that holds, for who may propose another."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require(session, Right.CHANGE_PROGRAMME, subject="core.policy")
        return programme_text(session)


def _content(form: FormData) -> str:
    return str(form.get("content", "")).replace("\r\n", "\n")


def _section(
    request: Request,
    visit: Visit,
    content: str,
    section: str,
    *,
    rows: list[CodeRow] | None = None,
    problem: Problem | None = None,
) -> Response:
    """The form of one section, as the text has it or, where that was refused, as it was typed."""
    programme = parse_programme(content)
    return show(
        request,
        "programme_change.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at="/programme/change",
        content=content,
        section=section,
        sections=SECTIONS,
        approvable=sorted(APPROVABLE),
        approved=programme.approvals,
        rows=rows or (rows_of(programme, section) if section in LISTS else []),
        fixed=section in FIXED,
        spoken=LANGUAGES,
        problem=problem,
    )


def _review(request: Request, visit: Visit, in_force: str, content: str, problem: Problem | None = None) -> Response:
    """What the text would change, to be proposed or changed further."""
    return show(
        request,
        "programme_review.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at="/programme/change",
        content=content,
        changes=changed_sections(in_force, content),
        problem=problem,
    )
