"""Narrative reports of a case: what one is drafted for, handing a signed one out as a page or PDF, whether a sheet is ours.

Editing, approval and signing are steps like all others (`case_step_pages`). Nothing of a report stands in an address.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from app.web.cases.case_desk import open_case
from app.web.cases.narrative_pdf import NarrativeSheet, narrative_pdf
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.languages import read_texts
from app.web.people.record_desk import purpose_of
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.case_file import EntryKind
from casework.narrative import ReportWish, SheetStands, SignedReport, check_report, draft_report, print_report
from casework.programme import Programme, programme_in_force
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import sign_in_names
from core.languages import LANGUAGES
from core.permissions import Right

__all__ = ["NARRATIVES"]

router = signed_in_router()
CHECK: Final = "/reports/check"
NARRATIVES: Final = PageGroup(router, "narrative", (Entry(CHECK, "nar_checking", Right.READ_CASE_FILE),))
MENDED: Final = frozenset({"CASE-174", "CASE-175", "CASE-250"})


@router.get("/cases/{case:uuid}/reports/new")
def begin(
    request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """What a report is to be drafted for; where none can be begun now, the file, which shows what can."""
    return _ask(request, visit, desk, case, purpose=purpose_of(purpose), typed={})


@router.post("/cases/{case:uuid}/reports/new")
def draft(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Draft it, and go on to editing it."""
    purpose = purpose_of(form.get("purpose"))
    typed = {name: str(form.get(name, "")) for name in ("for", "recipient", "language", "in_words", "id")}
    wish = ReportWish(typed["for"], typed["recipient"], typed["language"], bool(typed["in_words"]), identifier(typed["id"]))
    try:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            entry = draft_report(session, desk.ring, case, wish, purpose=purpose)
    except Problem as problem:
        if problem.code not in MENDED:
            raise
        return _ask(request, visit, desk, case, purpose=purpose, typed=typed, problem=problem)
    return go_to(f"/cases/{case}/step?kind=report&act=change&entry={entry}&purpose={purpose.value}")


@router.post("/cases/{case:uuid}/reports/{entry:uuid}/print")
def print_page(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, entry: UUID, *, form: CheckedForm) -> Response:
    """The signed report as a page to print."""
    printed = _hand_out(visit, desk, case, entry, how="page", purpose=purpose_of(form.get("purpose")))
    at = f"/cases/{case}/entries/{entry}"
    return show(request, "report_print.html.j2", visit, at=at, case=case, sheet=printed)


@router.post("/cases/{case:uuid}/reports/{entry:uuid}/pdf")
def print_pdf(visit: SignedIn, desk: OpenDesk, case: UUID, entry: UUID, form: CheckedForm) -> Response:
    """The same as a PDF, made in memory."""
    pdf = narrative_pdf(_hand_out(visit, desk, case, entry, how="pdf", purpose=purpose_of(form.get("purpose"))))
    headers = {"Content-Disposition": f'attachment; filename="report-{entry}.pdf"', "X-Content-Type-Options": "nosniff"}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get(CHECK)
def ask_check(request: Request, visit: SignedIn) -> Response:
    """Number and digest, as they stand on a printed report."""
    return _checked(request, visit, "", "")


@router.post(CHECK)
def check(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """What the store says of them."""
    number, digest = (str(form.get(name, "")).strip() for name in ("number", "digest"))
    try:
        wanted = UUID(number)
    except ValueError:
        return _checked(request, visit, number, digest, unread=True)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        checked = check_report(session, desk.ring, wanted, digest, purpose=Purpose.LEGAL)
        programme = programme_in_force(session)
    sheet = _sheet(visit, desk, checked.report, programme) if checked.report else None
    return _checked(request, visit, number, digest, stands=checked.stands, sheet=sheet)


def _checked(
    request: Request,
    visit: Visit,
    number: str,
    digest: str,
    *,
    unread: bool = False,
    stands: SheetStands | None = None,
    sheet: NarrativeSheet | None = None,
) -> Response:
    return show(
        request,
        "report_check.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if unread else HTTPStatus.OK,
        at=CHECK,
        number=number,
        digest=digest,
        unread=unread,
        stands=stands,
        sheet=sheet,
    )


def _ask(
    request: Request,
    visit: Visit,
    desk: Desk,
    case: UUID,
    *,
    purpose: Purpose,
    typed: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    opened = open_case(desk, visit, case, purpose)
    if EntryKind.REPORT not in opened.file.begin:
        return go_to(f"/cases/{case}?purpose={purpose.value}")
    return show(
        request,
        "report_new.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/cases/{case}/reports/new" if problem else "",
        file=opened.file,
        names=opened.names,
        programme=opened.programme,
        report_languages=LANGUAGES,
        typed=typed,
        step_id=typed.get("id") or uuid4(),
        problem=problem,
        purpose=purpose,
    )


def _hand_out(visit: Visit, desk: Desk, case: UUID, entry: UUID, *, how: str, purpose: Purpose) -> NarrativeSheet:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        report = print_report(session, desk.ring, case, entry, how=how, purpose=purpose)
        programme = programme_in_force(session)
    return _sheet(visit, desk, report, programme)


def _sheet(visit: Visit, desk: Desk, report: SignedReport, programme: Programme) -> NarrativeSheet:
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, {report.signed_by})
    said = {of: programme.label(f"report_{of}", getattr(report, of), report.language) for of in ("purpose", "recipient")}
    words = {**read_texts("record_panels", report.language), **read_texts("narrative", report.language)}
    return NarrativeSheet(
        report=report,
        words=words,
        purpose=said["purpose"],
        recipient=said["recipient"],
        signed_by=names.get(report.signed_by, report.signed_by),
        printed_by=visit.session.name if visit.session else visit.access.actor,
        printed_at=now(),
    )
