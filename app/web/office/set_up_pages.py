"""The set-up of an operation on screen: written as one file, and one that came from elsewhere looked at and brought in.

The file is held in memory for as long as the request takes, and kept nowhere: who looks first sends it twice.
"""

from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from app import set_up
from app.set_up import Outcome
from app.set_up.errors import SetUpConflicts
from app.set_up.gather import MANAGERS
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit, require_form_token
from app.web.signed_in_page import show, signed_in_router
from app.web.streamed_upload import read_upload, read_whole
from core.access import NotAllowed
from core.errors import Problem
from core.sealing.packed_parts import LARGEST_FILE, PackTooLarge

__all__ = ["SET_UP"]

router = signed_in_router()
SET_UP: Final = PageGroup(router, "setup", (Entry("/setup", "setup", MANAGERS),))
FILE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@router.get("/setup")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """What can be done with a set-up, and which lists of the forms would stay behind."""
    return _page(request, visit, desk)


@router.post("/setup/file")
def write(visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """The file, as an attachment."""
    content = set_up.write_set_up(desk.program, visit.access, [str(name) for name in form.getlist("list")])
    name = f'attachment; filename="{visit.access.operation}-setup.zip"'
    return Response(content, media_type="application/zip", headers={**FILE, "Content-Disposition": name})


@router.post("/setup")
def bring_in(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Look at a file, or bring it in where that is chosen and nothing in it is at odds with what is here."""
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    try:
        content = read_whole(upload.content, LARGEST_FILE)
        if content is None:
            raise PackTooLarge(what="bytes as it comes", limit=LARGEST_FILE)
        found, done = _looked_at(desk, visit, content, bring=upload.fields.get("do") == "bring")
    except NotAllowed:
        raise
    except Problem as problem:
        return _page(request, visit, desk, problem=problem)
    return _page(request, visit, desk, found=found, done=done, digest=sha256(content).hexdigest())


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    *,
    found: list[Outcome] | None = None,
    done: bool = False,
    digest: str = "",
    problem: Problem | None = None,
) -> Response:
    return show(
        request,
        "setup.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at="/setup",
        found=found,
        done=done,
        digest=digest,
        problem=problem,
        behind=set_up.lists_of_forms(desk.program, visit.access),
    )


def _looked_at(desk: Desk, visit: Visit, content: bytes, *, bring: bool) -> tuple[list[Outcome], bool]:
    """What became of each part, or would, and whether it was brought in."""
    if bring:
        with suppress(SetUpConflicts):  # which the list of what would become of it shows
            return set_up.bring_in(desk.program, visit.access, content), True
    return set_up.look_at(desk.program, visit.access, content), False
