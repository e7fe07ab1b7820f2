"""What was done to a person and by whom, apart from their record: each shown to those alone who hold its right."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import HTTPException, Request, Response

from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, ids_of, purpose_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import trafficking
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right

__all__ = ["TRAFFICKING"]

NOTES: Final[Mapping[str, trafficking.KeptApart]] = {
    "history": trafficking.HISTORY,
    "perpetrators": trafficking.PERPETRATORS,
}
# Answers that are one of a list; the others are written.
CHOICES: Final[Mapping[str, list[str]]] = {
    "kind": [one.value for one in trafficking.EventKind],
    "role": [one.value for one in trafficking.PerpetratorRole],
    "gender": ["unspecified", "female", "male"],
}
router = signed_in_router()
TRAFFICKING = PageGroup(router, "people")


@router.get("/persons/{person}/{what}/apart")
def look_at(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, *, what: str, purpose: str = "") -> Response:
    """The notes of one kind, covered."""
    return _page(request, visit, desk, person, what=what, purpose=purpose_of(purpose))


@router.post("/persons/{person}/{what}/apart")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, *, what: str, form: CheckedForm) -> Response:
    """The same with what was shown before and what is asked for now."""
    revealed = ids_of([*form.getlist("shown"), *form.getlist("reveal")])
    return _page(request, visit, desk, person, what=what, purpose=purpose_of(form.get("purpose")), revealed=revealed)


@router.post("/persons/{person}/{what}/apart/add")
def add(visit: SignedIn, desk: OpenDesk, person: UUID, what: str, form: CheckedForm) -> Response:
    """Note something."""
    meant, purpose = _meant(what), purpose_of(form.get("purpose"))
    said = {name: str(form.get(name, "")) for name in meant.asked}
    said |= {name: "" for name, choices in CHOICES.items() if name in said and said[name] not in choices}
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        trafficking.note_apart(session, desk.ring, meant, person, said, purpose=purpose)
    return _back(person, what, purpose)


@router.post("/persons/{person}/{what}/apart/{note}/take-back")
def take_back(visit: SignedIn, desk: OpenDesk, person: UUID, *, what: str, note: UUID, form: CheckedForm) -> Response:
    """It was wrong."""
    purpose = purpose_of(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        trafficking.take_back_note(session, desk.ring, _meant(what), note, purpose=purpose)
    return _back(person, what, purpose)


def _meant(what: str) -> trafficking.KeptApart:
    if what not in NOTES:
        raise HTTPException(404)
    return NOTES[what]


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    person: UUID,
    *,
    what: str,
    purpose: Purpose,
    revealed: frozenset[UUID] = frozenset(),
) -> Response:
    meant = _meant(what)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        notes = trafficking.view_notes(session, desk.ring, meant, person, revealed=revealed, purpose=purpose)
    return show(
        request,
        "apart.html.j2",
        visit,
        at=f"/persons/{person}/{what}/apart",
        person=person,
        what=what,
        asked=meant.asked,
        choices=CHOICES,
        notes=notes,
        purpose=purpose,
        purposes=PURPOSES,
        may_note=visit.access.may(Right.CORRECT_RECORD),
        done=request.query_params.get("done", ""),
    )


def _back(person: UUID, what: str, purpose: Purpose) -> Response:
    return go_to(f"/persons/{person}/{what}/apart?purpose={purpose.value}&done=apart")
