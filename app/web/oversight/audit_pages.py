"""The auditor's pages: search the log, who read how much on which day, and whether the chain is whole.

They show ids, codes and counts, and no personal data. What is searched for travels in the body of a form, for somebody may
type a name there; accounts stand as ids but to those who manage accounts.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.oversight.reader_chart import rows_of_readers
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from core.access import Access
from core.audit import Action, AuditEntry, Purpose
from core.audit_chain import read_heads
from core.clock import now
from core.database import Zone
from core.identity.accounts import list_accounts
from core.languages import direction_of
from core.permissions import Right
from core.search_audit import AuditSearch, reads_per_account, search_audit
from core.verify_in_pieces import Verification, VerificationForged, begin_verification, chain_state, go_on, newest_verification

__all__ = ["AUDIT"]

PAGE: Final = 50
LONGEST: Final = 200  # letters of a value that is searched for
DAYS: Final = (7, 30, 90)
COLUMNS: Final = ("number", "at", "actor", "zone", "operation", "action", "subject", "purpose", "count")
router = signed_in_router()
AUDIT: Final = PageGroup(router, "audit", (Entry("/audit", "audit", Right.READ_AUDIT),))


@dataclass(frozen=True)
class Asked:
    """A search as the form states it, kept for the form that is shown again; `below` gives the page."""

    fields: dict[str, str]
    search: AuditSearch
    below: int | None


@router.get("/audit")
def show_newest(request: Request, desk: OpenDesk, visit: SignedIn) -> Response:
    """The newest lines, and the form to search."""
    return _lines(request, desk, visit, _asked(FormData()))


@router.post("/audit")
def search(request: Request, desk: OpenDesk, visit: SignedIn, form: CheckedForm) -> Response:
    """The lines that the form asks for, page by page."""
    return _lines(request, desk, visit, _asked(form))


@router.post("/audit/csv")
def take_out(desk: OpenDesk, visit: SignedIn, form: CheckedForm) -> Response:
    """The page that the form stands on, as a table for a spreadsheet; the log says that it was exported."""
    asked = _asked(form)
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        lines = search_audit(session, asked.search, below=asked.below, limit=PAGE, as_action=Action.EXPORTED)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(_csv(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/audit/readers")
def show_readers(
    request: Request, desk: OpenDesk, visit: SignedIn, days: Annotated[str, Query(max_length=3)] = "30"
) -> Response:
    """Reads of identified data by account and day; what is unusual comes first and is marked."""
    span = next((known for known in DAYS if str(known) == days), DAYS[1])
    last = now().date()
    first = last - timedelta(days=span - 1)
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        found = reads_per_account(session, datetime.combine(first, time(), UTC), now())
    mirrored = direction_of(reader_language(request, visit)) == "rtl"
    rows = rows_of_readers(found, first, last, mirrored=mirrored)
    names = _names(desk, visit.access)
    return show(request, "audit_readers.html.j2", visit, rows=rows, names=names, span=span, spans=DAYS, first=first, last=last)


@router.get("/audit/chain")
def show_chain(request: Request, desk: OpenDesk, visit: SignedIn, go: Annotated[str, Query(max_length=3)] = "") -> Response:
    """Where the chain stands. `go` walks one piece further in a verification that a form began: the page asks itself for it."""
    forged: VerificationForged | None = None
    verified: Verification | None = None
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        state = chain_state(session)
    try:
        with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
            verified = _one_piece(session, desk) if go else newest_verification(session, desk.ring)
    except VerificationForged as problem:
        forged = problem
    return show(
        request,
        "audit_chain.html.j2",
        visit,
        state=state,
        verified=verified,
        problem=forged,
        going=bool(go and verified and not verified.finished),
        exported=desk.settings.audit_heads_path.exists(),
        names=_names(desk, visit.access),
    )


@router.post("/audit/verify")
def verify_now(desk: OpenDesk, visit: SignedIn, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Begin at the beginning of the log; the page then goes on piece by piece."""
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        begin_verification(session, desk.ring)
    return go_to("/audit/chain?go=on")


def _one_piece(session: Session, desk: Desk) -> Verification | None:
    return go_on(session, desk.ring, read_heads(desk.settings.audit_heads_path))


def _lines(request: Request, desk: Desk, visit: Visit, asked: Asked) -> Response:
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        lines = search_audit(session, asked.search, below=asked.below, limit=PAGE)
    return show(
        request,
        "audit.html.j2",
        visit,
        at="/audit",
        lines=lines,
        asked=asked.fields,
        below=asked.below,
        following=lines[-1].number if len(lines) == PAGE else None,
        names=_names(desk, visit.access),
        actions=list(Action),
        purposes=list(Purpose),
    )


def _names(desk: Desk, access: Access) -> dict[str, str]:
    """Sign-in names by account, for those who manage accounts and see them anyway; nobody else."""
    if not access.may(Right.MANAGE_ACCOUNTS):
        return {}
    with desk.database.transaction(Zone.IDENTITY, access=access) as session:
        return {str(row.id): row.sign_in_name for row in list_accounts(session, desk.ring)}


def _asked(form: FormData) -> Asked:
    """What a form asks for; what makes no sense is not asked."""
    names = ("actor", "action", "subject", "operation", "purpose", "since", "until")
    fields = {name: str(form.get(name, "")).strip()[:LONGEST] for name in names}
    since, until = _day(fields["since"]), _day(fields["until"])
    below = str(form.get("below", ""))
    search = AuditSearch(
        actor=fields["actor"],
        action=next((one for one in Action if one == fields["action"]), None),
        subject=fields["subject"],
        operation=fields["operation"],
        purpose=next((one for one in Purpose if one == fields["purpose"]), None),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    return Asked(fields, search, int(below) if below.isdecimal() and len(below) < 19 else None)


def _day(text: str) -> datetime | None:
    """The beginning of a day; its last one is in the period, so `until` is the day after."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError:
        return None


def _csv(lines: Sequence[AuditEntry]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        values = [getattr(line, name) for name in COLUMNS]
        writer.writerow([_harmless(value.isoformat() if isinstance(value, datetime) else str(value)) for value in values])
    return out.getvalue()


def _harmless(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
