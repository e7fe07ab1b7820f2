"""Sources are kept on screen: added, tried, changed, removed, and their forms deployed, as by the commands of `sources`.

A token is written once, and is on no page. What takes longer than an answer may goes on after it, and its page says how it
ended.
"""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

import forms
from app.arriving.act_on_server import act_quietly, try_source
from app.arriving.deploy_form import GivenWorkbook, deploy_form, require_deployable
from app.web.collection.handed_in_for import content_of, custody_chosen
from app.web.collection.import_pages import MOST_BYTES
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit, require_form_token
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.streamed_upload import read_upload
from core.access import NOBODY, UNASSIGNED, Custody, NotAllowed, require
from core.database import Zone
from core.errors import Problem
from core.identity.units import custody_in, list_units, ways_to
from core.permissions import Right
from ingest import sources
from ingest.sources import AccountNeeded, Kind, ServerAct, Source

__all__ = ["KEEPING_SOURCES"]

HERE: Final = "/sources"
SUBJECT: Final = "ingest.source"
router = signed_in_router()
KEEPING_SOURCES: Final = PageGroup(router, "imports")


@router.get(f"{HERE}/new")
def consider(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The form for another source."""
    return _new(request, visit, desk)


@router.post(f"{HERE}/new")
def add(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Pull a form of another server from now on; whether the server lets us is then tried."""
    try:
        kind, custody = _kind(form), custody_chosen(desk, visit, _said(form, "unit"))
        token = _credentials(kind, form)
        with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
            require(session, Right.MANAGE_ACCOUNTS, custody, subject=SUBJECT)
            source = sources.add_source(
                session,
                desk.ring,
                visit.access.operation,
                address=_said(form, "address"),
                asset=_said(form, "asset"),
                form_id=_said(form, "form"),
                token=token,
                kind=kind,
                custody=custody,
            )
    except NotAllowed:
        raise
    except Problem as problem:
        return _new(request, visit, desk, problem=problem, form=form)
    return _try(desk, visit, source.id)


@router.get(f"{HERE}/{{source}}")
def look_at(request: Request, visit: SignedIn, desk: OpenDesk, source: UUID) -> Response:
    """One source: what may be changed of it, and how what was asked of its server ended."""
    return _one(request, visit, desk, source)


@router.post(f"{HERE}/{{source}}/try")
def try_connection(visit: SignedIn, desk: OpenDesk, source: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Ask its server for the form once; nothing is taken in."""
    _find(desk, visit, source)
    return _try(desk, visit, source)


@router.post(f"{HERE}/{{source}}/deploy")
def deploy(request: Request, visit: SignedIn, desk: OpenDesk, source: UUID, form: CheckedForm) -> Response:
    """Deploy its form on ODK Central, which takes what was published."""
    _find(desk, visit, source)
    return _deploy(request, visit, desk, source, version=_said(form, "version"))


@router.post(f"{HERE}/{{source}}/deploy-workbook")
def deploy_workbook(request: Request, visit: SignedIn, desk: OpenDesk, source: UUID) -> Response:
    """Deploy its form on KoboToolbox, which takes the workbook that it was published from."""
    _find(desk, visit, source)
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    content = content_of(upload, MOST_BYTES)
    version, encoding = (upload.fields.get(name, "").strip() for name in ("version", "encoding"))
    given = GivenWorkbook(content, upload.name, encoding) if content else None
    return _deploy(request, visit, desk, source, version=version, workbook=given)


def _deploy(
    request: Request, visit: Visit, desk: Desk, source: UUID, *, version: str, workbook: GivenWorkbook | None = None
) -> Response:
    """What can be refused without the server is told at once, and nothing is sent."""
    named, actor = version or None, visit.access.actor
    about = desk.program, visit.access.operation, source
    try:
        require_deployable(*about, version=named, workbook=workbook, actor=actor)
    except Problem as problem:
        return _one(request, visit, desk, source, problem=problem)
    deed = partial(deploy_form, *about, version=named, workbook=workbook, actor=actor)
    return _begin(desk, visit, source, ServerAct.DEPLOY, deed)


@router.post(f"{HERE}/{{source}}/change")
def change(request: Request, visit: SignedIn, desk: OpenDesk, source: UUID, form: CheckedForm) -> Response:
    """Change what is given, for what is pulled from now on."""
    found = _find(desk, visit, source)
    try:
        custody = custody_chosen(desk, visit, _said(form, "unit"))
        token = _credentials(found.kind, form) if _said(form, "token") or _said(form, "account") else None
        with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
            require(session, Right.MANAGE_ACCOUNTS, custody, subject=SUBJECT)
            sources.change_source(
                session,
                desk.ring,
                source,
                address=_said(form, "address"),
                token=token,
                form_id=_said(form, "form"),
                custody=custody,
            )
    except NotAllowed:
        raise
    except Problem as problem:
        return _one(request, visit, desk, source, problem=problem, form=form)
    return go_to(f"{HERE}/{source}?done=changed")


@router.get(f"{HERE}/{{source}}/remove")
def consider_removing(request: Request, visit: SignedIn, desk: OpenDesk, source: UUID) -> Response:
    """What removing it means."""
    return show(request, "source_remove.html.j2", visit, one=_find(desk, visit, source))


@router.post(f"{HERE}/{{source}}/remove")
def remove(visit: SignedIn, desk: OpenDesk, source: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Pull it no more, and forget its token."""
    _find(desk, visit, source)
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        sources.remove_source(session, desk.ring, source)
    return go_to(f"{HERE}?done=removed")


def _try(desk: Desk, visit: Visit, source: UUID) -> Response:
    deed = partial(try_source, desk.program, visit.access.operation, source, actor=visit.access.actor)
    return _begin(desk, visit, source, ServerAct.TRY, deed)


def _begin(desk: Desk, visit: Visit, source: UUID, act: ServerAct, deed: Callable[[], object]) -> Response:
    """It goes on after the page was answered, and the source's page says how it ended."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        sources.begin_act(session, visit.access.operation, source, act)
    answer = go_to(f"{HERE}/{source}?go=on")
    answer.background = BackgroundTask(act_quietly, desk.program, visit.access.operation, source, deed)
    return answer


def _find(desk: Desk, visit: Visit, source: UUID) -> Source:
    """One that lies where the account keeps sources; raises `SourceUnknown` or `NotAllowed`."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject=SUBJECT)
        found = sources.find_source(session, source)
        require(session, Right.MANAGE_ACCOUNTS, found.custody, subject=SUBJECT)
    return found


def _new(
    request: Request, visit: Visit, desk: Desk, *, problem: Problem | None = None, form: FormData | None = None
) -> Response:
    typed = form or FormData()
    return show(
        request,
        "source_new.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=f"{HERE}/new",
        problem=problem,
        kinds=list(Kind),
        filled=lambda name: str(typed.get(name, "")),
        **_choices(desk, visit),
    )


def _one(
    request: Request,
    visit: Visit,
    desk: Desk,
    source: UUID,
    *,
    problem: Problem | None = None,
    form: FormData | None = None,
) -> Response:
    found = _find(desk, visit, source)
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        act = sources.source_acts(session, visit.access.operation).get(source)
    stands = {"address": found.address, "form": found.form_id, "unit": _unit_of(found.custody)}
    return show(
        request,
        "source_one.html.j2",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        at=f"{HERE}/{source}",
        problem=problem,
        one=found,
        act=act,
        going=bool(request.query_params.get("go")) and act is not None and act.goes_on,
        central=found.kind is Kind.CENTRAL,
        done=request.query_params.get("done", ""),
        filled=lambda name: str(form.get(name, "")) if form else stands.get(name, ""),
        **_choices(desk, visit),
    )


def _choices(desk: Desk, visit: Visit) -> dict[str, Any]:
    """The units whose records they may be, and the forms that are published."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.MANAGE_ACCOUNTS, subject=SUBJECT)
        published = _form_ids(session, visit)
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        ways = [(str(unit), way, custody_in(session, unit)) for unit, way in ways_to(list_units(session))]
    return {
        "units": [(unit, way) for unit, way, custody in ways if visit.access.may(Right.MANAGE_ACCOUNTS, custody)],
        "everywhere": visit.access.may(Right.MANAGE_ACCOUNTS, UNASSIGNED),
        "published": published,
    }


def _form_ids(session: Session, visit: Visit) -> list[str]:
    return [form.form_id for form in forms.list_forms(session, visit.access.operation)]


def _kind(form: FormData) -> Kind:
    return Kind.CENTRAL if form.get("kind") == Kind.CENTRAL.value else Kind.KOBO


def _unit_of(custody: Custody) -> str:
    """The narrowest unit, as the form chooses it."""
    return next((unit for unit in (custody.team, custody.area, custody.organisation) if unit != NOBODY), "")


def _credentials(kind: Kind, form: FormData) -> str:
    """As `ingest.sources.add_source` takes it; raises `AccountNeeded`."""
    account, secret = _said(form, "account"), _said(form, "token")
    if not secret or (kind is Kind.CENTRAL and not account):
        raise AccountNeeded
    return f"{account}\n{secret}" if kind is Kind.CENTRAL else secret


def _said(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()
