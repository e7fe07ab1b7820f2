"""Persons whom another organisation hands on in a file of the HTCDS: hand it in, try it, have it agreed to, take them in.

The same steps as for files to import (`app.web.collection.import_pages`), and one more: a second person agrees before anybody
is taken in. A file that a partner's program handed in stands here likewise.
"""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.background import BackgroundTask

from app.arriving.handed_on_on_screen import (
    AgreementNeeded,
    PersonsFile,
    agreement_on,
    ask_agreement,
    keep_persons,
    work_through,
)
from app.web.collection.handed_in_for import content_of, custody_chosen, names_of, units_in_reach
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit, require_form_token
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.streamed_upload import read_upload
from casework.htcds import MOST_BYTES
from core.access import UNASSIGNED, NotAllowed, require
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.second_person import State
from ingest import handed_in
from ingest.handed_in import HandedInShape, HandedInState

__all__ = ["HANDED_ON"]

HERE: Final = "/handed-on"
ON_A_PAGE: Final = 100
AT_WORK: Final = {HandedInState.TRYING, HandedInState.TAKING_IN}
router = signed_in_router()
HANDED_ON: Final = PageGroup(router, "handed_on", (Entry(HERE, "handed_on", Right.REVIEW_SUBMISSION),))


@router.get(HERE)
def show_list(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What was handed in so far, and the form for another file."""
    return _list(request, visit, desk, after)


@router.post(HERE)
def upload(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Take a file. The form is judged before the file is read."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require(session, Right.REVIEW_SUBMISSION, subject=handed_in.HANDED_IN)
    given = read_upload(request)
    require_form_token(request, given.fields.get(FORM_TOKEN, ""))
    custody = custody_chosen(desk, visit, given.fields.get("unit", ""))
    file = PersonsFile(given.name, content_of(given, MOST_BYTES), custody, given.fields.get("encoding", "").strip())
    try:
        kept = keep_persons(desk.program, visit.access, file)
    except NotAllowed:
        raise
    except Problem as problem:
        return _list(request, visit, desk, problem=problem)
    return go_to(f"{HERE}/{kept.file}")


@router.get(f"{HERE}/{{file}}")
def show_one(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    *,
    file: UUID,
    all: Annotated[str, Query()] = "",  # noqa: A002  (a word of the address)
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One file: how far it is, whether it is agreed to, and what became of its rows."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        found = handed_in.open_handed_in(session, desk.ring, file, HandedInShape.HTCDS)
        agreement = agreement_on(session, file)
    rows = [row for row in found.told if all or row.needs_eye]
    return show(
        request,
        "handed_on_one.html.j2",
        visit,
        here=HERE,
        one=found,
        said=found.said,
        agreement=agreement,
        agreed=agreement is not None and agreement.state is State.APPROVED,
        rows=rows[after : after + ON_A_PAGE],
        following=after + ON_A_PAGE if len(rows) > after + ON_A_PAGE else None,
        every=bool(all),
        at_work=found.state in AT_WORK,
        names=names_of(desk, visit, [found]),
    )


@router.post(f"{HERE}/{{file}}/try")
def try_out(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Tell what would become of each row; nothing is kept."""
    return _work(visit, desk, file, dry_run=True)


@router.post(f"{HERE}/{{file}}/agreement")
def ask(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Ask a second person to agree."""
    ask_agreement(desk.program, visit.access, file)
    return go_to(f"{HERE}/{file}")


@router.post(f"{HERE}/{{file}}/take-in")
def take_in(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take the persons in, once it was agreed to."""
    return _work(visit, desk, file, dry_run=False)


@router.post(f"{HERE}/{{file}}/drop")
def drop(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Forget a file, and what was told of it."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        handed_in.drop_file(session, file)
    return go_to(f"{HERE}?done=dropped")


def _work(visit: Visit, desk: Desk, file: UUID, *, dry_run: bool) -> Response:
    """Begin, and answer: the page tells how far it is."""
    state = HandedInState.TRYING if dry_run else HandedInState.TAKING_IN
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        agreement = agreement_on(session, file)
        handed_in.begin_work(session, file, state, HandedInShape.HTCDS)
        if not dry_run and (agreement is None or agreement.state is not State.APPROVED):
            raise AgreementNeeded
    answer = go_to(f"{HERE}/{file}")
    answer.background = BackgroundTask(work_through, desk.program, visit.access, file, dry_run=dry_run)
    return answer


def _list(request: Request, visit: Visit, desk: Desk, after: UUID | None = None, *, problem: Problem | None = None) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = handed_in.list_handed_in(session, HandedInShape.HTCDS, after=after)
    return show(
        request,
        "handed_on.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=HERE,
        problem=problem,
        rows=page.rows,
        following=page.following,
        units=units_in_reach(desk, visit),
        everywhere=visit.access.may(Right.REVIEW_SUBMISSION, UNASSIGNED),
        names=names_of(desk, visit, page.rows),
        done=request.query_params.get("done", ""),
    )
