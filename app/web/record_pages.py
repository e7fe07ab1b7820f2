"""Finding a person, their record with every field masked until it is revealed, and who else may see it.

What somebody searches for travels in the body of a form and never in an address; an address holds random ids only.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

import casework
import forms
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.record_ends import ends_of_record
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, language_of, show, signed_in_router
from casework import consent, records
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.identity.accounts import find_account
from core.permissions import Right
from forms import RecordPart

__all__ = ["RECORDS"]

# What a worker may look at a record for; the other purposes have use cases of their own.
PURPOSES: Final = (
    Purpose.ASSISTANCE,
    Purpose.PROTECTION,
    Purpose.REFERRAL,
    Purpose.VERIFICATION,
    Purpose.RIGHTS,
    Purpose.LEGAL,
)
router = signed_in_router()
RECORDS = PageGroup(router, "records", (Entry("/persons", "find_person", Right.FIND_PERSON),))


@router.get("/persons")
def ask_whom(request: Request, visit: SignedIn) -> Response:
    """The form by which a person is found."""
    return show(request, "find_person.html.j2", visit, purposes=PURPOSES, found=None)


@router.post("/persons")
def find(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Whom the form describes, by case reference or telephone."""
    purpose = _purpose(form.get("purpose"))
    found: list[UUID] = []
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        if reference := str(form.get("case_reference", "")).strip():
            case = casework.find_case(session, desk.ring, visit.access.operation, reference, purpose=purpose)
            found = [case.person] if case else []
        elif phone := str(form.get("phone", "")).strip():
            found = casework.find_persons(session, desk.ring, visit.access.operation, phone, purpose=purpose)
    if len(found) == 1:
        return go_to(f"/persons/{found[0]}?purpose={purpose.value}")
    return show(request, "find_person.html.j2", visit, purposes=PURPOSES, found=found, purpose=purpose)


@router.get("/persons/{person}")
def look_at(
    request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """A record, masked."""
    return _record(request, visit, desk, person, purpose=_purpose(purpose))


@router.post("/persons/{person}")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The record with the fields revealed that were shown before and those asked for now. Nothing of it is in the address."""
    revealed = [str(value) for value in (*form.getlist("shown"), *form.getlist("reveal"))]
    return _record(request, visit, desk, person, purpose=_purpose(form.get("purpose")), revealed=revealed)


@router.post("/persons/{person}/share")
def share(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Open parts of the record to another account for some days."""
    account = _account(desk, visit, str(form.get("account", "")))
    parts = [part for part in RecordPart if part.value in form.getlist("part")]
    days = str(form.get("days", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        records.share_record(
            session,
            desk.ring,
            person,
            account=account,
            recipient=str(form.get("recipient", "")).strip() or consent.OURS,
            parts=parts,
            until=now() + timedelta(days=int(days) if days.isdecimal() else 1),
            reason=str(form.get("reason", "")),
            purpose=Purpose.REFERRAL,
        )
    return go_to(f"/persons/{person}?done=shared")


@router.post("/persons/{person}/keep-from")
def keep(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Keep a colleague from one part of the record, or let them read it again."""
    account = _account(desk, visit, str(form.get("account", "")))
    part = RecordPart(str(form.get("part", RecordPart.NARRATIVE.value)))
    change = records.let_read_again if form.get("again") else records.keep_from
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        change(session, person, part, account)
    return go_to(f"/persons/{person}?done=kept")


def _record(
    request: Request, visit: Visit, desk: Desk, person: UUID, *, purpose: Purpose, revealed: Collection[str] = ()
) -> Response:
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        view = records.view_record(session, desk.ring, person, revealed=revealed, purpose=purpose)
        labels = forms.question_labels(session, visit.access.operation, language_of(request, visit))
        ends = ends_of_record(session, visit.access, view)
    may = {right.value: visit.access.may(right, view.custody) for right in (Right.SHARE_RECORD, Right.KEEP_FROM)}
    return show(
        request,
        "record.html.j2",
        visit,
        view=view,
        labels=labels,
        purposes=PURPOSES,
        purpose=purpose,
        parts=list(RecordPart),
        may=may,
        ends=ends,
        done=request.query_params.get("done", ""),
    )


def _account(desk: Desk, visit: Visit, sign_in_name: str) -> str:
    """The id behind a colleague's sign-in name; looked up by the program, for a worker has no right to the accounts."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return str(find_account(session, sign_in_name).id)


def _purpose(given: object) -> Purpose:
    """The purpose named, if it is one of those a record may be looked at for."""
    return next((purpose for purpose in PURPOSES if purpose.value == given), Purpose.ASSISTANCE)
