"""Help: the guide of one's own work, the others beside it, and their pictures. For whoever is signed in."""

from http import HTTPStatus
from typing import Final

from fastapi import HTTPException, Request, Response
from fastapi.responses import FileResponse

from app.web.desk import Entry, PageGroup
from app.web.guides import GUIDE_OF, GUIDES, PICTURES, read_guide
from app.web.signed_in import SignedInAnywhere
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from core.languages import direction_of

__all__ = ["HELP"]

router = signed_in_router()
HELP: Final = PageGroup(router, "navigation", (Entry("/help", "help"),))


@router.get("/help")
def list_guides(request: Request, visit: SignedInAnywhere) -> Response:
    """The guide of whoever has one role; else a list, their own first."""
    own = list(dict.fromkeys(GUIDE_OF[grant.role] for grant in visit.access.grants))
    if len(own) == 1:
        return go_to(f"/help/{own[0]}")
    return show(request, "help.html.j2", visit, guide=None, name="", own=own, guides=GUIDES)


@router.get("/help/{name}")
def show_guide(request: Request, visit: SignedInAnywhere, name: str) -> Response:
    """One guide."""
    if name not in GUIDES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    guide = read_guide(name, reader_language(request, visit))
    direction = direction_of(guide.language)
    return show(request, "help.html.j2", visit, guide=guide, name=name, own=[], guides=GUIDES, reads=direction)


@router.get("/help/pictures/{name}")
def show_picture(visit: SignedInAnywhere, name: str) -> Response:  # noqa: ARG001  (somebody signed in)
    """A picture of a guide."""
    if name not in {path.name for path in PICTURES.glob("*.png")}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return FileResponse(PICTURES / name, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})
