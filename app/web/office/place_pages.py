"""The places of an operation on screen: what there is, and a gazetteer that is looked at, sent again, and added.

Nothing that is there is changed or removed. The file is held in memory for as long as the request takes, and kept nowhere.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import Query, Request, Response

from app.extend_gazetteer import GazetteerLookedAt, extend_gazetteer, look_at_gazetteer
from app.looked_at import NotAsLookedAt
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, SignedIn, Visit, require_form_token
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from app.web.streamed_upload import read_upload, read_whole
from core.access import NotAllowed, require
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.places import GazetteerUnreadable, count_places, name_places_within, parse_gazetteer, place_names

__all__ = ["PLACES"]

HERE: Final = "/places"
MOST_BYTES: Final = 20_000_000  # held in memory whole, and read several times over
ON_A_PAGE: Final = 100
router = signed_in_router()
PLACES: Final = PageGroup(router, "gazetteer", (Entry(HERE, "gazetteer", Right.MANAGE_ACCOUNTS),))


@router.get(HERE)
def look(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    within: Annotated[str, Query()] = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """What there is, place within place, and the form for a file."""
    return _page(request, visit, desk, within=within, after=after)


@router.post(HERE)
def take(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Look at a file, or add what is new in it where that was looked at."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="core.place")
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    digest, path, problem = upload.fields.get("digest", ""), Path(upload.name), None
    try:
        content = read_whole(upload.content, MOST_BYTES)
        if content is None:
            raise GazetteerUnreadable(path=path, reason=f"it holds more than {MOST_BYTES // 1_000_000} million bytes")
        places = parse_gazetteer(content, path)
        try:
            if digest:
                extend_gazetteer(desk.program, visit.access, places, path, digest)
                return go_to(f"{HERE}?done=added")
        except NotAsLookedAt as other:
            problem = other
        looked = look_at_gazetteer(desk.program, visit.access, places, path)
    except NotAllowed:
        raise
    except Problem as refused:
        return _page(request, visit, desk, problem=refused)
    return _page(request, visit, desk, problem=problem, looked=looked)


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    *,
    within: str = "",
    after: int = 0,
    problem: Problem | None = None,
    looked: GazetteerLookedAt | None = None,
) -> Response:
    operation, language = visit.access.operation, reader_language(request, visit)
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="core.place")
        counts, rows = count_places(session, operation), name_places_within(session, operation, within or None)
        named = place_names(session, operation, [within], language)
    return show(
        request,
        "places.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=HERE,
        counts=counts,
        within=within,
        named=named.get(within, within),
        rows=rows[after : after + ON_A_PAGE],
        following=after + ON_A_PAGE if len(rows) > after + ON_A_PAGE else None,
        most=ON_A_PAGE,
        problem=problem,
        looked=looked,
        done=request.query_params.get("done", ""),
    )
