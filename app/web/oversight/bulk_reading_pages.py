"""Reading more persons a day than one account may alone: propose it, and open the window that a second person approved.

Approving is in the second person's queue (`app.web.oversight.approval_pages`). The page holds counts, moments and ids only.
"""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import HTTPException, Request, Response

from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.store import MOST_PERSONS, open_bulk_window, open_windows, propose_bulk_read
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from core.second_person import Act, State, open_proposals

__all__ = ["BULK_READING"]

PURPOSES: Final = (Purpose.ASSISTANCE, Purpose.PROTECTION, Purpose.VERIFICATION, Purpose.RIGHTS, Purpose.LEGAL)
HERE: Final = "/bulk-reading"
router = signed_in_router()
BULK_READING: Final = PageGroup(router, "bulk_reading", (Entry(HERE, "bulk_reading", Right.READ_IN_BULK),))


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """One's own windows and proposals, and the form to propose."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        windows = open_windows(session)
        own = [it for it in open_proposals(session) if it.act is Act.BULK_READ and it.proposed_by == visit.access.actor]
    return show(
        request,
        "bulk_reading.html.j2",
        visit,
        limit=desk.settings.bulk_read_limit,
        most=MOST_PERSONS,
        windows=windows,
        approved=[it for it in own if it.state is State.APPROVED],
        waiting=[it for it in own if it.state is State.PROPOSED],
        purposes=PURPOSES,
        done=request.query_params.get("done", ""),
    )


@router.post(HERE)
def propose(visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Ask to read up to so many persons a day."""
    persons, purpose = str(form.get("persons", "")), next((it for it in PURPOSES if it.value == form.get("purpose")), None)
    if not persons.isdecimal() or not 0 < int(persons) <= MOST_PERSONS or purpose is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        propose_bulk_read(session, int(persons), purpose=purpose)
    return go_to(f"{HERE}?done=proposed")


@router.post(f"{HERE}/{{proposal}}")
def begin(visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Begin the window that was approved."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        open_bulk_window(session, proposal)
    return go_to(f"{HERE}?done=opened")
