"""The set-up of an operation on screen: written as one file, and one that came from elsewhere looked at and brought in.

The file is held in memory for as long as the request takes, and kept nowhere: who looks first sends it twice.
"""

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from app import set_up
from app.program import Program
from app.set_up import Outcome, State
from app.set_up.gather import MANAGERS
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit, require_form_token
from app.web.signed_in_page import show, signed_in_router
from app.web.streamed_upload import read_upload
from core.access import NotAllowed
from core.errors import Problem
from core.packed_parts import LARGEST_FILE, PackTooLarge

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
    content = set_up.write_set_up(_program(desk), visit.access, [str(name) for name in form.getlist("list")])
    name = f'attachment; filename="{visit.access.operation}-setup.zip"'
    return Response(content, media_type="application/zip", headers={**FILE, "Content-Disposition": name})


@router.post("/setup")
def bring_in(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Look at a file, or bring it in where that is chosen and nothing in it is at odds with what is here."""
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    program = _program(desk)
    try:
        content = _whole(upload.content)
        found, done = set_up.look_at(program, visit.access, content), False
        if upload.fields.get("do") == "bring" and not any(one.state is State.CONFLICT for one in found):
            found, done = set_up.bring_in(program, visit.access, content), True
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
        behind=set_up.lists_of_forms(_program(desk), visit.access),
    )


def _program(desk: Desk) -> Program:
    return Program(desk.settings, desk.database, desk.ring)


def _whole(pieces: Iterator[bytes]) -> bytes:
    """All of it, read to its end even where it is too large, for the browser to show the answer."""
    taken, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size <= LARGEST_FILE:
            taken.append(piece)
    if size > LARGEST_FILE:
        raise PackTooLarge(what="bytes as it comes", limit=LARGEST_FILE)
    return b"".join(taken)
