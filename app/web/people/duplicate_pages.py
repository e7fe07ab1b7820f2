"""Pairs of records that may be of one person: listed, seen side by side, found different, merged, and parted again.

A pair is shown masked; whether two answers agree is told beside them. What is revealed travels in forms, never in addresses.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.datastructures import FormData

import forms
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework import duplicates
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from forms import RecordPart

__all__ = ["DUPLICATES"]

PURPOSES: Final = (Purpose.ASSISTANCE, Purpose.PROTECTION, Purpose.VERIFICATION, Purpose.RIGHTS)
SIDES: Final = ("0", "1")
CHOICE: Final = "choice:"  # of a question: the side whose answer is shown first
router = signed_in_router()
DUPLICATES = PageGroup(router, "duplicates", (Entry("/duplicates", "duplicates", Right.RESOLVE_DUPLICATES),))


@router.get("/duplicates")
def list_pairs(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    purpose: Annotated[str, Query()] = Purpose.ASSISTANCE.value,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The open pairs within reach, page by page."""
    named = _purpose(purpose)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        pairs = duplicates.list_pairs(session, after=after, purpose=named)
        apart = duplicates.count_apart(session, purpose=named)
    return show(
        request,
        "duplicates.html.j2",
        visit,
        pairs=pairs,
        apart=apart,
        purposes=PURPOSES,
        purpose=named,
        done=request.query_params.get("done", ""),
    )


@router.get("/duplicates/{pair}")
def look_at(
    request: Request, visit: SignedIn, desk: OpenDesk, pair: UUID, purpose: Annotated[str, Query()] = Purpose.ASSISTANCE.value
) -> Response:
    """One pair, masked."""
    return _pair(request, visit, desk, pair, FormData([("purpose", purpose)]))


@router.post("/duplicates/{pair}")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, pair: UUID, form: CheckedForm) -> Response:
    """The pair with the answers revealed that were shown before and those asked for now; what was chosen stays chosen."""
    return _pair(request, visit, desk, pair, form)


@router.post("/duplicates/{pair}/different")
def decide_different(request: Request, visit: SignedIn, desk: OpenDesk, pair: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Two persons after all."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        duplicates.decide_different(session, desk.ring, pair, purpose=_purpose(form.get("purpose")))
    return go_to("/duplicates?done=different")


@router.post("/duplicates/{pair}/merge")
def merge(request: Request, visit: SignedIn, desk: OpenDesk, pair: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """One person: a record answers for both, and of differing answers the chosen one is shown first."""
    purpose = _purpose(form.get("purpose"))
    persons = [str(form.get(f"person{side}", "")) for side in SIDES]
    side = SIDES.index(str(form.get("survivor", "0"))) if form.get("survivor") in SIDES else 0
    merged = SIDES[1 - side]
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        duplicates.merge_pair(
            session,
            desk.ring,
            pair,
            survivor=_id(persons[side]),
            shown_first=[name.removeprefix(CHOICE) for name, chosen in _choices(form).items() if chosen == merged],
            purpose=purpose,
        )
    return go_to(f"/persons/{_id(persons[side])}?purpose={purpose.value}&done=merged")


@router.post("/persons/{person}/part/{merge_id}")
def part(visit: SignedIn, desk: OpenDesk, person: UUID, merge_id: UUID, form: CheckedForm) -> Response:
    """Undo a merge: each record answers for itself again."""
    purpose = _purpose(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        duplicates.unmerge(session, desk.ring, merge_id, purpose=purpose)
    return go_to(f"/persons/{person}?purpose={purpose.value}&done=parted")


def _pair(request: Request, visit: Visit, desk: Desk, pair: UUID, form: FormData) -> Response:
    revealed = [str(value) for value in (*form.getlist("shown"), *form.getlist("reveal"))]
    purpose = _purpose(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        view = duplicates.view_pair(session, desk.ring, pair, revealed=revealed, purpose=purpose)
        labels = forms.question_labels(session, visit.access.operation, reader_language(request, visit))
    return show(
        request,
        "duplicate.html.j2",
        visit,
        at=f"/duplicates/{pair}",
        view=view,
        labels=labels,
        parts=list(RecordPart),
        purposes=PURPOSES,
        purpose=purpose,
        survivor=str(form.get("survivor", "0")),
        choices=_choices(form),
    )


def _choices(form: FormData) -> dict[str, str]:
    return {name: str(chosen) for name, chosen in form.items() if name.startswith(CHOICE) and chosen in SIDES}


def _id(given: str) -> UUID:
    """An id out of a form; one that is none belongs to nobody."""
    try:
        return UUID(given)
    except ValueError:
        return UUID(int=0)


def _purpose(given: object) -> Purpose:
    return next((purpose for purpose in PURPOSES if purpose.value == given), Purpose.ASSISTANCE)
