"""Files handed in to be imported: upload, look the suggested mapping through, try, see row by row, take in.

An upload is read as it comes and sealed whole; nothing of it lies on a disk in clear. A file is named by its random id in every
address; what is in it is on its own page alone. Trying and taking in go on after the page was answered.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.background import BackgroundTask

import forms
from app.arriving.import_on_screen import Upload, hand_in, keep_decided, say_mapping, work_through
from app.arriving.open_files import asked_in
from app.web.collection.handed_in_for import content_of, custody_chosen, names_of, units_in_reach
from app.web.collection.mapping_form import decided, form_of, seen
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit, require_form_token
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from app.web.streamed_upload import read_upload
from core.access import UNASSIGNED, NotAllowed, require
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from forms import FormDefinition
from ingest import count_tables, handed_in
from ingest.handed_in import HandedInShape, HandedInState, HandedInUnknown, Said
from ingest.mapped_sheets import MappingMoved, MappingUndecided, MappingUnreadable, SheetMapping, parse_mapping

__all__ = ["IMPORTS"]

HERE: Final = "/imports"
MOST_BYTES: Final = 50_000_000  # it is held in memory whole, while it is worked on
ON_A_PAGE: Final = 100
router = signed_in_router()
IMPORTS: Final = PageGroup(router, "imports", (Entry(HERE, "imports", Right.REVIEW_SUBMISSION),))


@router.get(HERE)
def show_list(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What was handed in so far, and the form for another file."""
    return _list(request, visit, desk, after)


def _list(request: Request, visit: Visit, desk: Desk, after: UUID | None = None, *, problem: Problem | None = None) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = handed_in.list_handed_in(session, HandedInShape.MAPPED, after=after)
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        published = [form.form_id for form in forms.list_forms(session, visit.access.operation)]
    units, names = units_in_reach(desk, visit), names_of(desk, visit, page.rows)
    everywhere = visit.access.may(Right.REVIEW_SUBMISSION, UNASSIGNED)
    done = request.query_params.get("done", "")
    return show(
        request,
        "imports.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=HERE,
        problem=problem,
        rows=page.rows,
        following=page.following,
        published=published,
        units=units,
        everywhere=everywhere,
        names=names,
        done=done,
    )


@router.post(HERE)
def upload(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Take a file. The form is judged before the file is read."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require(session, Right.REVIEW_SUBMISSION, subject="ingest.handed_in")
    given = read_upload(request)
    require_form_token(request, given.fields.get(FORM_TOKEN, ""))
    custody = custody_chosen(desk, visit, given.fields.get("unit", ""))
    words = {name: given.fields.get(name, "").strip() for name in ("form", "holds", "encoding", "no_answer")}
    said = Said(given.name, None, words["encoding"], words["no_answer"], drafts=bool(given.fields.get("drafts")))
    file = Upload(content_of(given, MOST_BYTES), said, custody, words["form"], counts=words["holds"] == "counts")
    try:
        kept = hand_in(desk.program, visit.access, file)
    except NotAllowed:
        raise
    except Problem as problem:
        return _list(request, visit, desk, problem=problem)
    return go_to(f"{HERE}/{kept}")


@router.get(f"{HERE}/{{file}}")
def show_one(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    *,
    file: UUID,
    all: Annotated[str, Query()] = "",  # noqa: A002  (a word of the address)
    after: Annotated[int, Query(ge=0)] = 0,
    columns: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """One file: how far it is, its mapping, and what became of its records."""
    return _page(request, visit, desk, file, every=bool(all), after=after, columns=columns)


@router.post(f"{HERE}/{{file}}/mapping")
def decide(request: Request, visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:
    """Keep the mapping as it was changed; one that cannot be used is shown with the reason, and not kept."""
    mapping = str(form.get("mapping", ""))
    try:
        say_mapping(desk.program, visit.access, file, mapping)
    except (NotAllowed, HandedInUnknown):
        raise
    except Problem as problem:
        return _page(request, visit, desk, file, problem=problem, mapping=mapping)
    return go_to(f"{HERE}/{file}?done=mapping")


@router.post(f"{HERE}/{{file}}/columns")
def decide_columns(request: Request, visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:
    """Keep what was chosen for the columns of one page, also where others are still open."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        said = handed_in.open_handed_in(session, desk.ring, file, HandedInShape.MAPPED).said
    text, columns = said.mapping if said else None, str(form.get("columns", ""))
    after = int(columns) if columns.isdecimal() and len(columns) < 5 else 0
    before = _sheet_of(visit, desk, text)
    try:
        if before is None or form.get("seen") != seen(text or ""):
            raise MappingMoved
        mapping, definition = before
        keep_decided(desk.program, visit.access, file, mapping, decided(mapping, definition, form))
    except (NotAllowed, HandedInUnknown):
        raise
    except MappingUndecided:  # kept, and not yet all
        return go_to(f"{HERE}/{file}?done=open&columns={after}")
    except Problem as problem:
        return _page(request, visit, desk, file, problem=problem, columns=after)
    return go_to(f"{HERE}/{file}?done=mapping&columns={after}")


@router.post(f"{HERE}/{{file}}/try")
def try_out(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Tell what would become of each record; nothing is kept."""
    return _work(visit, desk, file, dry_run=True)


@router.post(f"{HERE}/{{file}}/take-in")
def take_in(visit: SignedIn, desk: OpenDesk, file: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Take the records in."""
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
        handed_in.begin_work(session, file, state, HandedInShape.MAPPED)
    answer = go_to(f"{HERE}/{file}")
    answer.background = BackgroundTask(work_through, desk.program, visit.access, file, dry_run=dry_run)
    return answer


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    file: UUID,
    *,
    problem: Problem | None = None,
    mapping: str | None = None,
    every: bool = False,
    after: int = 0,
    columns: int = 0,
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        found = handed_in.open_handed_in(session, desk.ring, file, HandedInShape.MAPPED)
    rows = [row for row in found.told if every or row.needs_eye]
    text = found.said.mapping if found.said else None
    sheet = _sheet_of(visit, desk, text) if mapping is None else None
    further = after + ON_A_PAGE if len(rows) > after + ON_A_PAGE else None
    return show(
        request,
        "import_one.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=f"{HERE}/{file}",
        here=HERE,
        problem=problem,
        one=found,
        said=found.said,
        mapping=mapping if mapping is not None else text,
        sheet=form_of(*sheet, reader_language(request, visit), columns) if sheet else None,
        seen=seen(text or ""),
        rows=rows[after : after + ON_A_PAGE],
        following=further,
        every=every,
        at_work=found.state in {HandedInState.TRYING, HandedInState.TAKING_IN},
        names=names_of(desk, visit, [found]),
        done=request.query_params.get("done", ""),
    )


def _sheet_of(visit: Visit, desk: Desk, text: str | None) -> tuple[SheetMapping, FormDefinition] | None:
    """The mapping of a sheet with the form that it is for; none where the text is another's, or cannot be read."""
    if not text or count_tables.is_template(text):
        return None
    try:
        mapping = parse_mapping(text, Path())
    except MappingUnreadable:
        return None
    asked = asked_in(desk.program, visit.access.operation, mapping.form, actor=visit.access.actor)
    return (mapping, asked[0]) if asked else None
