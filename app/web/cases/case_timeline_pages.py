"""The timeline of a case: all that happened and who saw it, the newest first, page by page."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.web.cases.case_desk import open_case
from app.web.cases.case_timeline import events_around, events_of_steps, looks_at
from app.web.cases.case_values import Reading, shown_entry
from app.web.desk import OpenDesk, PageGroup
from app.web.people.record_desk import purpose_of
from app.web.signed_in import SignedIn
from app.web.signed_in_page import reader_language, show, signed_in_router
from core.database import Zone
from core.identity.accounts import sign_in_names

__all__ = ["CASE_TIMELINE"]

router = signed_in_router()
CASE_TIMELINE: Final = PageGroup(router, "case")
PAGE: Final = 60


@router.get("/cases/{case:uuid}/timeline")
def look(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    case: UUID,
    *,
    purpose: Annotated[str, Query()] = "assistance",
    begin: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """What happened, a page of it; who looked stands among it for those who answer for the record."""
    looked_for = purpose_of(purpose)
    opened = open_case(desk, visit, case, looked_for)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        around = list(events_around(session, desk, visit, opened.file, looked_for))
    looks = looks_at(desk, visit, opened.file)
    events = [*events_of_steps(opened.file), *around, *(looks.events if looks else ())]
    events.sort(key=lambda one: one.at, reverse=True)
    shown = events[begin : begin + PAGE]
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, {one.by for one in shown if one.by})
    reading = Reading.of(reader_language(request, visit), opened)
    return show(
        request,
        "case_timeline.html.j2",
        visit,
        file=opened.file,
        purpose=looked_for,
        names=names,
        reading=reading,
        events=[(one, shown_entry(one.entry, reading).title if one.entry else "") for one in shown],
        following=begin + PAGE if len(events) > begin + PAGE else None,
        left_out=bool(looks and looks.more),
    )
