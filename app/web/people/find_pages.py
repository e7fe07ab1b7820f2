"""Finding a person: by reference or telephone, by full name and year of birth, or freely by a name.

What somebody searches for travels in the body of a form and never in an address. A list of those found by a name shows
their names and years of birth, to those alone who may read them (`casework.search`): it is by them that the worker tells two
persons apart. Nothing else of a record is shown before it is opened.
"""

from uuid import UUID

from fastapi import Request, Response

import casework
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, purpose_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import search
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right

__all__ = ["FINDING"]

router = signed_in_router()
FINDING = PageGroup(router, "records", (Entry("/persons", "find_person", Right.FIND_PERSON),))


@router.get("/persons")
def ask_whom(request: Request, visit: SignedIn) -> Response:
    """The forms by which a person is found."""
    return _page(request, visit, Purpose.ASSISTANCE)


@router.post("/persons")
def find(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Whom the form describes, by case reference or telephone."""
    purpose, found = purpose_of(form.get("purpose")), list[UUID]()
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        if reference := str(form.get("case_reference", "")).strip():
            case = casework.find_case(session, desk.ring, visit.access.operation, reference, purpose=purpose)
            found = [case.person] if case else []
        elif phone := str(form.get("phone", "")).strip():
            found = casework.find_persons(session, desk.ring, visit.access.operation, phone, purpose=purpose)
    if len(found) == 1:
        return go_to(f"/persons/{found[0]}?purpose={purpose.value}")
    return _page(request, visit, purpose, [(person, "", None) for person in found])


@router.post("/persons/named")
def find_named(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Those who may bear a full name and were born about a year."""
    purpose, year = purpose_of(form.get("purpose")), str(form.get("birth_year", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        found = search.find_named(
            session,
            desk.ring,
            visit.access.operation,
            given=str(form.get("given", "")).strip(),
            family=str(form.get("family", "")).strip(),
            birth_year=int(year) if year.isdecimal() and len(year) == 4 else 0,
            purpose=purpose,
        )
    return _page(request, visit, purpose, [(one.id, one.name, one.birth_year) for one in found])


@router.post("/persons/like")
def find_like(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Those whose names are like one, asked of the worker that holds names in memory."""
    purpose = purpose_of(form.get("purpose"))
    found = _freely(desk, visit, str(form.get("name", "")).strip(), purpose)
    return _page(request, visit, purpose, [(one.id, one.name, one.birth_year) for one in found])


def _freely(desk: Desk, visit: Visit, name: str, purpose: Purpose) -> list[search.FoundPerson]:
    operation = visit.access.operation
    ask = search.ask_worker(desk.settings.search_socket(operation), operation)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        return search.search_freely(session, desk.ring, operation, name, ask, purpose=purpose)


def _page(
    request: Request, visit: Visit, purpose: Purpose, found: list[tuple[UUID, str, int | None]] | None = None
) -> Response:
    freely = visit.access.may(Right.SEARCH_FREELY)
    at = "" if found is None else "/persons"
    return show(
        request,
        "find_person.html.j2",
        visit,
        at=at,
        purposes=PURPOSES,
        found=found,
        purpose=purpose,
        may_search_freely=freely,
        handed_over=request.query_params.get("done") == "handed_over",
    )
