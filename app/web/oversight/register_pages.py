"""The data protection officer's registers: impact assessments and breaches, what is due first; entered, and never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.datastructures import FormData

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.access import require
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.permissions import Right
from core.registers import Assessment, Breach, EntryUnknown, Kept, Risk, add_entry, entry_history, page_entries

__all__ = ["REGISTERS", "EntryUnfit"]

Value = TypeVar("Value")
LONGEST: Final = 10_000
router = signed_in_router()
REGISTERS: Final = PageGroup(router, "registers", (Entry("/registers", "registers", Right.KEEP_REGISTERS),))


class EntryUnfit(Problem):
    code = "APP-125"
    says = "The entry lacks {field}, or what stands there is no date or number."
    remedy = "Fill it in and send it again. Nothing was written."


def _assessment(form: FormData, before: Assessment | None) -> Assessment:  # noqa: ARG001  (each version says it whole)
    return Assessment(
        title=_text(form, "title"),
        purposes=[one.value for one in Purpose if one.value in form.getlist("purposes")],
        legal_basis=_text(form, "legal_basis"),
        risks=_text(form, "risks"),
        measures=_text(form, "measures"),
        residual_risk=_read(Risk, form, "residual_risk"),
        decided_by=_text(form, "decided_by"),
        review_on=_read(date.fromisoformat, form, "review_on"),
    )


def _breach(form: FormData, before: Breach | None) -> Breach:
    closed = before.closed_at if before else None
    return Breach(
        title=_text(form, "title"),
        what=_text(form, "what"),
        happened=_text(form, "happened"),
        noticed_at=_read(_moment, form, "noticed_at"),
        records=_read(_number, form, "records"),
        measures=_text(form, "measures", needed=False),
        authority_told_at=_read(_moment, form, "authority_told_at") if form.get("authority_told_at") else None,
        persons_told_at=_read(_moment, form, "persons_told_at") if form.get("persons_told_at") else None,
        told=_text(form, "told", needed=False),
        closed_at=now() if form.get("close") and not closed else closed,
    )


@dataclass(frozen=True)
class Register:
    """One of the two: what its entries are, how a form is read, and its pages."""

    path: str
    kind: type[Any]
    read: Callable[[FormData, Any], Any]
    page: str


KINDS: Final = {
    "assessments": Register("assessments", Assessment, _assessment, "assessment.html.j2"),
    "breaches": Register("breaches", Breach, _breach, "breach.html.j2"),
}


@router.get("/registers")
def list_both(
    request: Request,
    desk: OpenDesk,
    visit: SignedIn,
    breach: Annotated[UUID | None, Query()] = None,
    assessment: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Both registers; overdue reviews and running clocks stand first."""
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        assessments = page_entries(session, desk.ring, Assessment, after=assessment)
        breaches = page_entries(session, desk.ring, Breach, after=breach)
    return show(request, "registers.html.j2", visit, assessments=assessments, breaches=breaches, clock=_clock)


@router.get("/registers/{register}/new")
def ask_entry(request: Request, desk: OpenDesk, visit: SignedIn, register: str) -> Response:
    return _page(request, desk, visit, _register(register))


@router.post("/registers/{register}/new")
def take_entry(request: Request, desk: OpenDesk, visit: SignedIn, register: str, form: CheckedForm) -> Response:
    """Enter something new."""
    kind = _register(register)
    try:
        with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
            kept: Kept[Any] = add_entry(session, desk.ring, kind.read(form, None))
    except EntryUnfit as problem:
        return _page(request, desk, visit, kind, form=form, problem=problem)
    return go_to(f"/registers/{register}/{kept.id}")


@router.get("/registers/{register}/{entry}")
def show_entry(request: Request, desk: OpenDesk, visit: SignedIn, register: str, entry: UUID) -> Response:
    """Every version, the newest first, and the form for the next."""
    return _page(request, desk, visit, _register(register), entry)


@router.post("/registers/{register}/{entry}")
def take_version(  # noqa: PLR0917  (what the page needs)
    request: Request, desk: OpenDesk, visit: SignedIn, register: str, entry: UUID, form: CheckedForm
) -> Response:
    """The next version after the one that the form was filled from; refused if there is one already."""
    kind = _register(register)
    try:
        with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
            history = entry_history(session, desk.ring, kind.kind, entry)
            after = next((it for it in history if str(it.version) == form.get("version")), None)
            if after is None:
                raise EntryUnfit(field="version")
            add_entry(session, desk.ring, kind.read(form, after.content), after=after)
    except EntryUnknown:
        raise
    except Problem as problem:
        if problem.code not in {"CORE-151", EntryUnfit.code}:
            raise
        return _page(request, desk, visit, kind, entry, form=form, problem=problem)
    return go_to(f"/registers/{register}/{entry}")


def _page(
    request: Request,
    desk: Desk,
    visit: Visit,
    kind: Register,
    entry: UUID | None = None,
    *,
    form: FormData | None = None,
    problem: Problem | None = None,
) -> Response:
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        require(session, Right.KEEP_REGISTERS, subject="core.register_entry")
        history: list[Kept[Any]] = entry_history(session, desk.ring, kind.kind, entry) if entry else []
    path = f"/registers/{kind.path}/{entry or 'new'}"
    newest = history[0].content if history else None
    return show(
        request,
        kind.page,
        visit,
        status=status_of(problem) if problem else 200,
        at=path,
        register_path=path,
        history=history,
        problem=problem,
        filled=_filled(form, newest),
        purposes=list(Purpose),
        chosen=form.getlist("purposes") if form else (newest.purposes if isinstance(newest, Assessment) else []),
        risks=list(Risk),
        clock=_clock,
    )


def _register(name: str) -> Register:
    if name not in KINDS:
        raise EntryUnknown(entry="with this address", register=name)
    return KINDS[name]


def _filled(form: FormData | None, newest: Assessment | Breach | None) -> Callable[[str], str]:
    """What stands in a field of the form: what was sent, else what the newest version says."""

    def value(name: str) -> str:
        if form is not None:
            return str(form.get(name, ""))
        said = getattr(newest, name, None)
        return f"{said:%Y-%m-%dT%H:%M}" if isinstance(said, datetime) else "" if said is None else str(said)

    return value


def _text(form: FormData, name: str, *, needed: bool = True) -> str:
    text = str(form.get(name, "")).strip()[:LONGEST]
    if needed and not text:
        raise EntryUnfit(field=name)
    return text


def _read(read: Callable[[str], Value], form: FormData, name: str) -> Value:
    try:
        return read(str(form.get(name, "")))
    except ValueError:
        raise EntryUnfit(field=name) from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ValueError
    return int(text)


def _clock(breach: Breach) -> tuple[str, int | None, bool]:
    """What the 72 hours say: a text, hours, and whether it is late."""
    if breach.authority_told_at:
        return "clock_told", round((breach.authority_told_at - breach.noticed_at) / timedelta(hours=1)), False
    if breach.due is None:
        return "clock_closed", None, False
    hours = (breach.due - now()) / timedelta(hours=1)
    return ("clock_left", int(hours), False) if hours > 0 else ("clock_late", int(-hours), True)
