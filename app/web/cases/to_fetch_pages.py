"""What lies for a partner to fetch: files encrypted for a key of their own. The pages name nobody; this server opens none."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from app.records.export_file import fetch_to_spool, pieces_of
from app.web.attachment import attachment
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.left_to_fetch import count_to_fetch, page_to_fetch, say_received
from core.access import Access
from core.database import Zone
from core.permissions import Right

__all__ = ["TO_FETCH"]

HERE: Final = "/exports-for-you"
router = signed_in_router()


def count_waiting(desk: Desk, access: Access) -> int:
    """How many were not fetched yet."""
    if not access.operation or not access.may(Right.FETCH_EXPORTS):
        return 0
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        return count_to_fetch(session)


TO_FETCH: Final = PageGroup(router, "to_fetch", (Entry(HERE, "to_fetch", Right.FETCH_EXPORTS, waiting=count_waiting),))


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What kind each is, how many records, since when and until when."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = page_to_fetch(session, after=after)
    return show(
        request,
        "to_fetch.html.j2",
        visit,
        page=page,
        named=bool(visit.access.providers(Right.FETCH_EXPORTS)),
        done=request.query_params.get("done", ""),
    )


@router.post(f"{HERE}/{{export}}/file")
def fetch(visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """The encrypted file; it can be fetched again until it is said to be received."""
    told, sealed = fetch_to_spool(desk.database, visit.access, export)
    headers = {**attachment(f"{export}.zip.age"), "Content-Length": str(told.size)}
    return StreamingResponse(pieces_of(sealed), media_type="application/octet-stream", headers=headers)


@router.post(f"{HERE}/{{export}}/received")
def receive(visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """It has come: it is destroyed here."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        say_received(session, export)
    return go_to(f"{HERE}?done=received")
