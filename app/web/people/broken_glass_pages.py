"""Breaking the glass: opening a record beyond one's reach in an emergency; and its review by somebody else."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

import casework
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import RecordUnknown, records
from core.access import NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from forms import RecordPart

__all__ = ["BROKEN_GLASS"]

router = signed_in_router()
BROKEN_GLASS = PageGroup(
    router,
    "broken_glass",
    (
        Entry("/broken-glass", "break_glass", Right.BREAK_GLASS),
        Entry("/broken-glass/review", "review_glass", Right.REVIEW_BREAK_GLASS),
    ),
)


@router.get("/broken-glass")
def ask_for_reason(request: Request, visit: SignedIn) -> Response:
    """The form: which case, which parts, why, and what breaking the glass means."""
    return show(request, "break_glass.html.j2", visit, parts=list(RecordPart))


@router.post("/broken-glass")
def break_it(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:  # noqa: ARG001
    """Open the record of a case, named by its exact reference, for some hours."""
    if not visit.access.may(Right.BREAK_GLASS):
        raise NotAllowed(Right.BREAK_GLASS)
    parts = [part for part in RecordPart if part.value in form.getlist("part")]
    # The program looks, under the worker's name, for what the worker cannot see yet.
    beyond = replace(visit.access, system=True)
    with desk.database.transaction(Zone.CASEWORK, access=beyond) as session:
        reference = str(form.get("case_reference", ""))
        case = casework.find_case(session, desk.ring, beyond.operation, reference, purpose=Purpose.PROTECTION)
        if case is None:
            raise RecordUnknown(kind="case", record="with this reference")
        records.break_glass(
            session,
            desk.ring,
            visit.access,
            case.person,
            parts=parts,
            reason=str(form.get("reason", "")),
            purpose=Purpose.PROTECTION,
        )
    return go_to(f"/persons/{case.person}?purpose={Purpose.PROTECTION.value}")


@router.get("/broken-glass/review")
def list_to_review(
    request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None
) -> Response:
    """What was opened by breaking the glass and nobody has judged yet."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        openings = records.page_to_review(session, desk.ring, after=after)
    return show(request, "review_glass.html.j2", visit, openings=openings)


@router.post("/broken-glass/review/{opening}")
def judge(request: Request, visit: SignedIn, desk: OpenDesk, opening: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Justified, or not: then it ends at once."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        records.review_opening(session, desk.ring, opening, justified=form.get("justified") == "yes")
    return go_to("/broken-glass/review")
