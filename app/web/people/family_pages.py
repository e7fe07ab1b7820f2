"""The family and household of a person: covered until somebody asks for it, changed by forms.

Whom somebody is related to is named in the body of a form, by record number, case reference or telephone; no address holds
anything but random ids.
"""

from contextlib import suppress
from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import Request, Response

import casework
from app.records.add_member import add_and_compare
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, code_chosen, ids_of, purpose_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import consent, family
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.languages import LANGUAGES
from core.permissions import Right

__all__ = ["FAMILY"]

# The codes of the screening interview.
GENDERS: Final = ("female", "male", "transgender_female", "transgender_male", "non_conforming", "unspecified")


class Ending(StrEnum):
    """How a relationship stops standing, as the address says it."""

    END = "end"
    TAKE_BACK = "take-back"


class Change(StrEnum):
    """What happens to a member of a household, likewise."""

    LEAVE = "leave"
    COME_BACK = "come-back"
    HEAD = "head"


ENDINGS: Final = {Ending.END: family.end_relationship, Ending.TAKE_BACK: family.take_back_relationship}
CHANGES: Final = {Change.LEAVE: family.leave_household, Change.COME_BACK: family.come_back, Change.HEAD: family.name_head}
router = signed_in_router()
FAMILY = PageGroup(router, "people")


@router.get("/persons/{person}/family")
def look_at(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, purpose: str = "") -> Response:
    """The people around a person, covered."""
    return _page(request, visit, desk, person, purpose=purpose_of(purpose))


@router.post("/persons/{person}/family")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The same with those uncovered that were shown before and those asked for now."""
    revealed = ids_of([*form.getlist("shown"), *form.getlist("reveal")])
    return _page(request, visit, desk, person, purpose=purpose_of(form.get("purpose")), revealed=revealed)


@router.post("/persons/{person}/family/relate")
def relate(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Note what somebody is to the person."""
    purpose = purpose_of(form.get("purpose"))
    other = _meant(desk, visit, str(form.get("other") or form.get("named") or ""), purpose)
    if other is None:
        return _back(person, purpose, "nobody")
    kind = code_chosen(form.get("kind"), family.RelationKind, "kind")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        family.relate(session, desk.ring, person, other, kind, note=str(form.get("note", "")), purpose=purpose)
    return _back(person, purpose, "related")


@router.post("/persons/{person}/family/{relationship}/{change}")
def end(visit: SignedIn, desk: OpenDesk, person: UUID, *, relationship: UUID, change: Ending, form: CheckedForm) -> Response:
    """A relationship is over, or was never so."""
    purpose = purpose_of(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        ENDINGS[change](session, desk.ring, relationship, purpose=purpose)
    return _back(person, purpose, "related")


@router.post("/persons/{person}/household/{household}/join")
def join(visit: SignedIn, desk: OpenDesk, person: UUID, household: UUID, form: CheckedForm) -> Response:
    """Somebody who has a record belongs to the household from now on."""
    purpose = purpose_of(form.get("purpose"))
    other = _meant(desk, visit, str(form.get("named", "")), purpose)
    if other is None:
        return _back(person, purpose, "nobody")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        family.join_household(session, desk.ring, household, other, purpose=purpose)
    return _back(person, purpose, "household")


@router.post("/persons/{person}/household/{household}/add")
def add(visit: SignedIn, desk: OpenDesk, person: UUID, household: UUID, form: CheckedForm) -> Response:
    """Somebody who has no record yet belongs to it."""
    purpose, gender = purpose_of(form.get("purpose")), str(form.get("gender", ""))
    age = str(form.get("age", ""))
    member = family.NewMember(
        str(form.get("name", "")), age if age.isdecimal() and len(age) <= 3 else "", gender if gender in GENDERS else ""
    )
    add_and_compare(
        desk.database,
        desk.ring,
        visit.access,
        household,
        member,
        beside=person,
        agreed=_agreed(visit, form),
        purpose=purpose,
    )
    return _back(person, purpose, "household")


@router.post("/persons/{person}/household/{household}/{member}/{change}")
def change_household(
    visit: SignedIn, desk: OpenDesk, person: UUID, *, household: UUID, member: UUID, change: Change, form: CheckedForm
) -> Response:
    """Somebody leaves, comes back, or is the head."""
    purpose = purpose_of(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        CHANGES[change](session, desk.ring, household, member, purpose=purpose)
    return _back(person, purpose, "household")


def _meant(desk: Desk, visit: Visit, text: str, purpose: Purpose) -> UUID | None:
    """Whom a record number, a case reference or a telephone number means; None where it is nobody in reach, or several."""
    with suppress(ValueError):
        return UUID(text.strip())
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        case = casework.find_case(session, desk.ring, visit.access.operation, text, purpose=purpose)
        if case:
            return case.person
        found = casework.find_persons(session, desk.ring, visit.access.operation, text, purpose=purpose)
    return found[0] if len(found) == 1 else None


def _agreed(visit: Visit, form: CheckedForm) -> consent.Statement:
    """What was said about keeping the record, and in which language it was asked."""
    given_by = code_chosen(form.get("given_by"), consent.GivenBy, "given_by")
    language = str(form.get("language", ""))
    return consent.Statement(
        Purpose.ASSISTANCE,
        consent.ConsentState.GIVEN,
        now(),
        visit.access.actor,
        given_by=given_by,
        guardian=str(form.get("guardian", "")).strip(),
        language=language if language in LANGUAGES else "",
    )


def _page(
    request: Request, visit: Visit, desk: Desk, person: UUID, *, purpose: Purpose, revealed: frozenset[UUID] = frozenset()
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        view = family.view_family(session, desk.ring, person, revealed=revealed, purpose=purpose)
    return show(
        request,
        "family.html.j2",
        visit,
        at=f"/persons/{person}/family",
        view=view,
        purpose=purpose,
        purposes=PURPOSES,
        may_keep=visit.access.may(Right.KEEP_FAMILY, view.custody),
        kinds=list(family.RelationKind),
        genders=GENDERS,
        givers=[one for one in consent.GivenBy if one is not consent.GivenBy.NOBODY],
        done=request.query_params.get("done", ""),
    )


def _back(person: UUID, purpose: Purpose, done: str) -> Response:
    return go_to(f"/persons/{person}/family?purpose={purpose.value}&done={done}")
