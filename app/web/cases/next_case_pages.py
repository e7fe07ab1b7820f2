"""Somebody with a closed case needs help again: the page asks whether the work goes on, or a new case begins that follows."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.cases.case_desk import open_case
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import purpose_of
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.case_file import Act, EntryKind, open_again
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem

__all__ = ["NEXT_CASES"]

router = signed_in_router()
NEXT_CASES: Final = PageGroup(router, "narrative")
MENDED: Final = frozenset({"CASE-174", "CASE-175", "CASE-252", "CASE-253"})


@router.get("/cases/{case:uuid}/again")
def ask(
    request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """Reopen, or open a new one."""
    return _page(request, visit, desk, case, purpose=purpose_of(purpose))


@router.post("/cases/{case:uuid}/again")
def open_new(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Open the new case, and go there."""
    purpose = purpose_of(form.get("purpose"))
    typed = {name: str(form.get(name, "")) for name in ("reference", "again", "note")}
    try:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            opened = open_again(
                session,
                desk.ring,
                case,
                reference=typed["reference"],
                again=typed["again"] == "yes",
                note=typed["note"],
                purpose=purpose,
            )
    except Problem as problem:
        if problem.code not in MENDED:
            raise
        return _page(request, visit, desk, case, purpose=purpose, typed=typed, problem=problem)
    return go_to(f"/cases/{opened}?done=write&purpose={purpose.value}")


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    case: UUID,
    *,
    purpose: Purpose,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    opened = open_case(desk, visit, case, purpose)
    closures = (one for one in opened.file.entries if one.kind is EntryKind.CLOSURE)
    return show(
        request,
        "case_again.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/cases/{case}/again" if problem else "",
        file=opened.file,
        names=opened.names,
        reopened=next((one.id for one in closures if Act.REOPEN in one.acts), None),
        typed=typed or {},
        problem=problem,
        purpose=purpose,
    )
