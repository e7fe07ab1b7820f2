"""Enumerators' phones: which may send, a new one with its code to scan, what each is offered and carries, and its end.

The address of a phone holds its token. It is shown once, to who added the phone, and is on no other page.
"""

import json
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID, uuid4

import segno
from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

import forms
from app.web.browser import browser_of
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.problems import status_of
from app.web.signed_in import FORM_TOKEN, CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.access import UNASSIGNED, Access, Custody, require
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import find_account, sign_in_names
from core.identity.units import custody_in, list_units, ways_to
from core.permissions import Right
from ingest import collectors
from ingest.collectors import Collector, CollectorUnknown, PhoneSignIn

__all__ = ["COLLECTORS"]

router = signed_in_router()
COLLECTORS = PageGroup(router, "collectors", (Entry("/collectors", "collectors", (Right.KEEP_COLLECTORS, Right.CARRY_CASES)),))


@router.get("/collectors")
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The phones within reach: where what they send lies, what they are offered and what they carry."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        found = collectors.list_collectors(session, visit.access.operation)
    return show(
        request,
        "collectors.html.j2",
        visit,
        collectors=found,
        lies_with=_lies_with(desk, visit, found),
        may_add=visit.access.may(Right.KEEP_COLLECTORS),
        done=request.query_params.get("done", ""),
    )


@router.get("/collectors/new")
def consider(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The form for a new phone."""
    return _form(request, visit, desk)


@router.post("/collectors/new")
def add(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Add a phone, and show its address and code this once."""
    server = str(form.get("server", "")).strip()
    sign_in = _sign_in(desk, visit, form)
    try:
        collectors.door_address(server, "")  # before anything is registered: an address that is not shown would be lost
        custody = _custody(desk, visit, form)
        with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
            name, offered = str(form.get("name", "")), _offered(form)
            token = collectors.add_collector(
                session, visit.access.operation, name, custody=custody, forms=offered, token=sign_in.token
            )
    except Problem as problem:
        return _form(request, visit, desk, problem=problem, form=form)
    code = segno.make(collectors.phone_settings(server, token, visit.access.operation), error="l", micro=False)
    return show(
        request,
        "collector_added.html.j2",
        visit,
        address=collectors.door_address(server, token),
        sign_in=sign_in,
        sign_in_address=collectors.sign_in_address(server),
        drawing=code.svg_inline(omitsize=True, svgclass=None, lineclass=None),
    )


@router.get("/collectors/{collector}")
def look_at(request: Request, visit: SignedIn, desk: OpenDesk, collector: UUID) -> Response:
    """One phone, and what may be changed of it."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        found = _one(session, visit.access, collector)
        published = _form_ids(session, visit.access)
    return show(
        request,
        "collector_one.html.j2",
        visit,
        one=found,
        lies_with=_lies_with(desk, visit, [found])[found.id],
        published=published,
        parts=collectors.CARRIED,
        may_keep=visit.access.may(Right.KEEP_COLLECTORS, found.custody),
        may_carry=visit.access.may(Right.CARRY_CASES, found.custody),
        unassigned=found.custody == UNASSIGNED,
    )


@router.post("/collectors/{collector}/offer")
def offer(visit: SignedIn, desk: OpenDesk, collector: UUID, form: CheckedForm) -> Response:
    """Offer it these forms from now on."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        collectors.offer_forms(session, collector, _offered(form))
    return go_to("/collectors?done=changed")


@router.post("/collectors/{collector}/carry")
def carry(visit: SignedIn, desk: OpenDesk, collector: UUID, form: CheckedForm) -> Response:
    """Let it carry the open cases of its custody, or none any more."""
    parts = [part for part in collectors.CARRIED if part.value in form.getlist("part")]
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        collectors.carry_cases(session, collector, parts if form.get("cases") else None)
    return go_to("/collectors?done=changed")


@router.post("/collectors/{collector}/retire")
def retire(visit: SignedIn, desk: OpenDesk, collector: UUID, _: CheckedForm) -> Response:
    """Take nothing from it any more."""
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        collectors.retire_collector(session, collector)
    return go_to("/collectors?done=retired")


def _form(
    request: Request, visit: Visit, desk: Desk, *, problem: Problem | None = None, form: FormData | None = None
) -> Response:
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.KEEP_COLLECTORS, subject="ingest.collector")
        published = _form_ids(session, visit.access)
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        ways = [(unit, way, custody_in(session, unit)) for unit, way in ways_to(list_units(session))]
    typed = form or FormData()
    return show(
        request,
        "collector_new.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at="/collectors/new",
        problem=problem,
        units=[(unit, way) for unit, way, custody in ways if visit.access.may(Right.KEEP_COLLECTORS, custody)],
        everywhere=visit.access.may(Right.KEEP_COLLECTORS, UNASSIGNED),
        published=published,
        chosen=_offered(typed) if form else None,
        filled=lambda name: str(typed.get(name, "")),
        new_id=uuid4,
        server=str(typed.get("server", "")) or browser_of(request).origin,
    )


def _custody(desk: Desk, visit: Visit, form: FormData) -> Custody:
    """Of the unit that was chosen, and of one worker there if one is named; raises `UnitUnknown` or `AccountUnknown`."""
    unit, worker = form.get("unit"), str(form.get("worker", "")).strip()
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        custody = custody_in(session, identifier(unit)) if unit else UNASSIGNED
        return replace(custody, worker=str(find_account(session, worker).id)) if worker else custody


def _sign_in(desk: Desk, visit: Visit, form: FormData) -> PhoneSignIn:
    """What this form asks for, the same whenever it is sent alike: a double click is one phone, whose code is seen.

    It follows, by a key, from the id that was made with the page and is kept nowhere, and from all that was filled in.
    """
    filled = [(name, str(value)) for name, value in form.multi_items() if name != FORM_TOKEN]
    asked = desk.ring.blind_token("collector", json.dumps([visit.access.operation, visit.access.actor, sorted(filled)]))
    return collectors.new_sign_in(desk.ring, of=asked if form.get("id") else None)


def _offered(form: FormData) -> list[str] | None:
    """The forms that were chosen; none chosen: every form."""
    return sorted(map(str, form.getlist("form"))) or None


def _form_ids(session: Session, access: Access) -> list[str]:
    return [form.form_id for form in forms.list_forms(session, access.operation)]


def _one(session: Session, access: Access, collector: UUID) -> Collector:
    found = next((one for one in collectors.list_collectors(session, access.operation) if one.id == collector), None)
    if found is None:
        raise CollectorUnknown(collector=collector)
    return found


def _lies_with(desk: Desk, visit: Visit, found: list[Collector]) -> dict[UUID, str]:
    """Of each phone whom what it sends lies with; empty where that is nobody yet."""
    workers = {one.custody.worker for one in found}
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = {str(unit.id): unit.name for unit in list_units(session)} | dict(sign_in_names(session, workers))
    held = {one.id: (one.custody.organisation, one.custody.area, one.custody.team, one.custody.worker) for one in found}
    return {one: " › ".join(names[each] for each in units if each in names) for one, units in held.items()}
