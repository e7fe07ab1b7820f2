"""What waits until somebody else approves, accepts or sends it back: kinds, units and moments, without opening anything.

Nothing is approved unread: the buttons stand in the case file, beside what they are about.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.cases.case_desk import unit_of
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.people.record_panels import units_to_choose
from app.web.signed_in import SignedIn
from app.web.signed_in_page import show, signed_in_router
from casework.case_file import page_awaiting
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right

__all__ = ["CASE_APPROVALS"]

router = signed_in_router()
ADDRESS: Final = "/cases/awaiting-approval"
CASE_APPROVALS: Final = PageGroup(router, "case", (Entry(ADDRESS, "case_approvals", Right.APPROVE_CASE_STEP),))


@router.get(ADDRESS)
def list_awaiting(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What waits the longest, first."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = page_awaiting(session, desk.ring, purpose=Purpose.ASSISTANCE, after=after)
    units = {str(unit): way for unit, way in units_to_choose(desk, visit)}
    rows = [(row, units.get(unit_of(row.custody), unit_of(row.custody))) for row in page.rows]
    return show(request, "case_approvals.html.j2", visit, rows=rows, following=page.following)
