"""The first hour of an operation: what is done, what comes next, and where."""

from typing import Final

from fastapi import Request, Response

from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.office.first_steps import first_steps
from app.web.signed_in import SignedIn
from app.web.signed_in_page import show, signed_in_router
from core.access import require
from core.database import Zone
from core.permissions import Right

__all__ = ["FIRST_HOUR"]

router = signed_in_router()
ENTRY: Final = Entry("/first-hour", "first_hour", (Right.MANAGE_ACCOUNTS, Right.CHANGE_PROGRAMME))
FIRST_HOUR: Final = PageGroup(router, "first_hour", (ENTRY,))


@router.get("/first-hour")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Each step, ticked by what is there; a link where this account has the page."""
    if not ENTRY.is_for(visit.access):
        with desk.database.transaction(Zone.IDENTITY, access=visit.access) as session:
            require(session, Right.MANAGE_ACCOUNTS)
    steps = first_steps(desk, visit.access)
    return show(
        request,
        "first_hour.html.j2",
        visit,
        steps=steps,
        following=next((one for one in steps if one.done is False), None),
        open_to={entry.address for group in desk.groups for entry in group.entries if entry.is_for(visit.access)},
    )
