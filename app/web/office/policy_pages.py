"""Policies that two people decide: what is in force, every version with its text, proposing, approving, using.

A proposed text is read by the program first: what it could not use is not proposed.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import HTTPException, Query, Request, Response
from sqlalchemy.orm import Session

import anonymizer
from anonymizer import weeks
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import erasure
from core.access import require
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.permissions import Right
from core.policies import PolicyKind, activate_policy, active_policy, approve_policy, list_policies, propose_policy

__all__ = ["POLICIES"]

router = signed_in_router()
HERE: Final = (PolicyKind.RETENTION, PolicyKind.PROTECTION)  # a programme has pages of its own
POLICIES: Final = PageGroup(router, "policies", (Entry("/policies", "policies", Right.CHANGE_POLICY),))


@router.get("/policies")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Every version, the newest first, with what this account may do with it."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        versions = list_policies(session, *HERE)
    told = {actor for it in versions for actor in (it.proposed_by, it.approved_by) if actor}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, told)  # by the program: who decides need not hold a right to the accounts
    return show(
        request,
        "policies.html.j2",
        visit,
        kinds={kind: [it for it in versions if it.kind is kind] for kind in HERE},
        names=names,
        actor=visit.access.actor,
        may_approve=visit.access.may(Right.APPROVE_POLICY),
        done=request.query_params.get("done", ""),
    )


@router.get("/policies/new")
def ask(request: Request, visit: SignedIn, desk: OpenDesk, kind: Annotated[str, Query()] = "") -> Response:
    """The form to propose a change, filled with the text that holds now."""
    asked = _kind(kind)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require(session, Right.CHANGE_POLICY)
        content = _in_force(session, desk, asked)
    return show(request, "policy_new.html.j2", visit, kind=asked, content=content, problem=None)


@router.post("/policies/new")
def propose(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Propose the text, if the program can use it."""
    kind, content = _kind(form.get("kind")), str(form.get("content", "")).replace("\r\n", "\n")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        try:
            _read(session, visit.access.operation, kind, content)
        except Problem as problem:
            refused = HTTPStatus.UNPROCESSABLE_ENTITY
            return show(request, "policy_new.html.j2", visit, status=refused, kind=kind, content=content, problem=problem)
        propose_policy(session, kind, content)
    return go_to("/policies?done=proposed")


@router.post("/policies/{policy}/approve")
def approve(visit: SignedIn, desk: OpenDesk, policy: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Approve what somebody else proposed."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        approve_policy(session, policy)
    return go_to("/policies?done=approved")


@router.post("/policies/{policy}/activate")
def activate(visit: SignedIn, desk: OpenDesk, policy: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Use an approved version from now on."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        activate_policy(session, policy)
    return go_to("/policies?done=active")


def _read(session: Session, operation: str, kind: PolicyKind, content: str) -> None:
    """Read a policy as the program would use it."""
    path = Path(f"{kind.value}.toml")
    match kind:
        case PolicyKind.RETENTION:
            erasure.parse_rules(content, path)
        case PolicyKind.PROTECTION:
            weeks.read_weekly_policy(session, operation, content, path)


def _in_force(session: Session, desk: Desk, kind: PolicyKind) -> str:
    """The text that two people activated; else that of the file, or Waystation's own."""
    active = active_policy(session, kind)
    if active is not None:
        return active
    if kind is PolicyKind.RETENTION:
        return erasure.retention_text(desk.settings.retention_path)
    return anonymizer.DEFAULT_POLICY.read_text(encoding="utf-8")


def _kind(given: object) -> PolicyKind:
    found = next((kind for kind in HERE if kind.value == given), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found
