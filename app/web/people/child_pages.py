"""Children who are alone: the list of them, and what is decided and done for each."""

from typing import Final
from uuid import UUID

from fastapi import Request, Response

from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, code_chosen, day_of, ids_of, purpose_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import family
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right

__all__ = ["CHILDREN"]

router = signed_in_router()
CHILDREN: Final = PageGroup(router, "people", (Entry("/children-alone", "children_alone", Right.KEEP_FAMILY),))


@router.get("/children-alone")
def list_alone(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The children in reach who are alone; nothing of them but that."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        children = family.children_alone(session, purpose=Purpose.PROTECTION)
    return show(request, "children_alone.html.j2", visit, children=children)


@router.get("/persons/{person}/child")
def look_at(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, purpose: str = "") -> Response:
    """What is decided and done for a child, covered."""
    return _page(request, visit, desk, person, purpose=purpose_of(purpose))


@router.post("/persons/{person}/child")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The same with what was shown before and what is asked for now."""
    revealed = ids_of([*form.getlist("shown"), *form.getlist("reveal")])
    return _page(request, visit, desk, person, purpose=purpose_of(form.get("purpose")), revealed=revealed)


@router.post("/persons/{person}/child/care")
def decide(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Note whom the child is with from now on."""
    purpose = purpose_of(form.get("purpose"))
    status = code_chosen(form.get("status"), family.CareStatus, "status")
    by, note = (str(form.get(name, "")) for name in ("decided_by", "note"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        family.decide_care(session, desk.ring, person, status, decided_by=by, note=note, purpose=purpose)
    return _back(person, purpose)


@router.post("/persons/{person}/child/steps")
def plan(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Plan a step."""
    purpose, day = purpose_of(form.get("purpose")), day_of(form.get("day"), "day")
    kind = code_chosen(form.get("kind"), family.StepKind, "kind")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        note = str(form.get("note", ""))
        family.plan_step(session, desk.ring, person, kind, day=day.date() if day else None, note=note, purpose=purpose)
    return _back(person, purpose)


@router.post("/persons/{person}/child/steps/{step}")
def finish(visit: SignedIn, desk: OpenDesk, person: UUID, step: UUID, form: CheckedForm) -> Response:
    """A planned step is done."""
    purpose, day = purpose_of(form.get("purpose")), day_of(form.get("day"), "day")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        note = str(form.get("note", ""))
        family.finish_step(session, desk.ring, step, day=day.date() if day else None, note=note, purpose=purpose)
    return _back(person, purpose)


def _page(
    request: Request, visit: Visit, desk: Desk, person: UUID, *, purpose: Purpose, revealed: frozenset[UUID] = frozenset()
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        view = family.view_child(session, desk.ring, person, revealed=revealed, purpose=purpose)
    return show(
        request,
        "child.html.j2",
        visit,
        at=f"/persons/{person}/child",
        view=view,
        purpose=purpose,
        purposes=PURPOSES,
        statuses=list(family.CareStatus),
        kinds=list(family.StepKind),
        done=request.query_params.get("done", ""),
    )


def _back(person: UUID, purpose: Purpose) -> Response:
    return go_to(f"/persons/{person}/child?purpose={purpose.value}&done=child")
