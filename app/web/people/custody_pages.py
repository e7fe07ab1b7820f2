"""In whose hands a record lies, and to whom else it is open."""

from dataclasses import replace
from uuid import UUID

from fastapi import Response

from app.web.desk import OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import account_named
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, signed_in_router
from casework import records
from core.audit import Purpose
from core.database import Zone
from core.identity.units import custody_in

__all__ = ["CUSTODY"]

router = signed_in_router()
CUSTODY = PageGroup(router, "record_panels")


@router.post("/persons/{person}/hand-over")
def hand_over(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Put the record into the hands of a unit, and of one worker there if one is named."""
    worker = str(form.get("account", "")).strip()
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        custody = custody_in(session, identifier(form.get("unit")))
    if worker:
        custody = replace(custody, worker=account_named(desk, visit, worker))
    # The record may leave the worker's reach by this: the program does it, under the worker's name.
    beyond = replace(visit.access, system=True)
    with desk.database.transaction(Zone.CASEWORK, access=beyond) as session:
        records.assign_custody(session, desk.ring, visit.access, person, custody, purpose=Purpose.ASSISTANCE)
    stays = any(grant.covers(custody) for grant in visit.access.grants)
    return go_to(f"/persons/{person}?done=handed_over" if stays else "/persons?done=handed_over")


@router.post("/persons/{person}/openings/{opening}/end")
def end(visit: SignedIn, desk: OpenDesk, person: UUID, opening: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """End a sharing before its time."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        records.end_opening(session, desk.ring, opening, purpose=Purpose.PROTECTION)
    return go_to(f"/persons/{person}?done=ended")
