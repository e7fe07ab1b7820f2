"""Forms are published on screen: a workbook is looked at, then sent again, and published if it is what was looked at.

The files are held in memory for as long as the request takes, and kept nowhere; the compiler's own check alone puts the form,
which holds no answers, into a private folder that is gone afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

import forms
from app.looked_at import NotAsLookedAt
from app.publish_workbook import FormToPublish, LookedAt, look_at_workbook, publish_workbook
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, SignedIn, Visit, require_form_token
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.streamed_upload import StreamedUpload, read_all, read_upload
from core.access import NotAllowed, require
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from forms import WorkbookRejected, classes
from forms.media import media_in_utf8

__all__ = ["PUBLISHING"]

HERE: Final = "/forms/publish"
MOST_BYTES: Final = 50_000_000  # held in memory whole
router = signed_in_router()
PUBLISHING: Final = PageGroup(router, "publishing", (Entry(HERE, "publishing", Right.MANAGE_ACCOUNTS),))


class FilesTooLarge(Problem):
    code = "APP-193"
    says = "The workbook and its files hold more than {limit} million bytes together, or are more than 200."
    remedy = "Make pictures and recordings smaller, or add the form on the server (`forms add`). Nothing was kept."


@dataclass(frozen=True)
class _Asked:
    """What the form said. `digest` is that of what was looked at; empty: only look."""

    encoding: str = ""
    encrypted: bool = False
    digest: str = ""


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The forms that phones get, and the form for a workbook."""
    return _page(request, visit, desk, _Asked())


@router.post(HERE)
def take(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Look at a workbook, or publish it where it was looked at. Who may not, or sends no form of ours, is refused unread."""
    _refuse_others(visit, desk)
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    said = {name: upload.fields.get(name, "").strip() for name in ("encoding", "encrypted", "digest")}
    asked = _Asked(said["encoding"], bool(said["encrypted"]), said["digest"])
    problem: Problem | None = None
    try:
        given, notes = _read(desk, upload, asked)
        try:
            if asked.digest:
                publish_workbook(desk.program, visit.access, given, asked.digest)
                return go_to(f"{HERE}?done=published")
        except NotAsLookedAt as other:
            problem = other
        looked = look_at_workbook(desk.program, visit.access, given)
    except NotAllowed:
        raise
    except Problem as refused:
        return _page(request, visit, desk, asked, problem=refused)
    return _page(request, visit, desk, asked, problem=problem, looked=looked, notes=notes)


def _read(desk: Desk, upload: StreamedUpload, asked: _Asked) -> tuple[FormToPublish, list[str]]:
    """The compiled workbook with its files, and what its author should know of it."""
    files = read_all(upload, MOST_BYTES)
    if files is None:
        raise FilesTooLarge(limit=MOST_BYTES // 1_000_000)
    (name, workbook), *beside = files
    compiled = forms.compile_workbook(workbook, name, java=desk.settings.java, encoding=asked.encoding)
    media, notes = media_in_utf8({called: content for called, content in beside if called}, asked.encoding)
    return FormToPublish(compiled.xform, compiled.definition, compiled.media, media, asked.encrypted), [
        *compiled.warnings,
        *notes,
    ]


def _refuse_others(visit: Visit, desk: Desk) -> None:
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="forms.form_version")


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    asked: _Asked,
    *,
    problem: Problem | None = None,
    looked: LookedAt | None = None,
    notes: Sequence[str] = (),
) -> Response:
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject="forms.form_version")
        published = classes.list_form_versions(session, visit.access.operation)
    newest = {form.form_id: form for form in reversed(published)}
    return show(
        request,
        "form_publish.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=HERE,
        published=sorted(newest.values(), key=lambda form: form.form_id),
        asked=asked,
        problem=problem,
        findings=problem.findings if isinstance(problem, WorkbookRejected) else (),
        looked=looked,
        notes=notes,
        done=request.query_params.get("done", ""),
    )
