"""Identified exports: propose one, see what waits and what left, decide as a second person, and fetch the encrypted file once.

The pages show ids, counts and names of fields, and of nobody an answer.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from app.records.export_file import export_to_spool, pieces_of
from app.web.attachment import attachment
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.people.record_desk import code_chosen, day_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import exporting, left_to_fetch
from casework.case_file import FieldUnfit
from casework.consent import LegalBasis
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from core.second_person import approve, reject

__all__ = ["EXPORTS"]

PURPOSES: Final = (Purpose.REFERRAL, Purpose.ASSISTANCE, Purpose.PROTECTION, Purpose.LEGAL, Purpose.RIGHTS)
STATES: Final = ("eligible", "not_eligible", "active", "follow_up", "closed", "closed_referred")
NO_ONE: Final = UUID(int=0)
router = signed_in_router()
EXPORTS = PageGroup(router, "exports", (Entry("/exports", "exports", Right.EXPORT_IDENTIFIED),))


@router.get("/exports")
def look(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """What waits to leave, what left, to whom one may export, and the form to propose."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        waiting, left = exporting.waiting_exports(session), exporting.export_log(session, after=after)
        recipients = exporting.list_recipients(session)
        lying = left_to_fetch.left_of(session, [one.id for one in left.rows])
    return show(
        request,
        "exports.html.j2",
        visit,
        waiting=waiting,
        left=left,
        lying=lying,
        left_days=left_to_fetch.LEFT_DAYS,
        recipients=recipients,
        purposes=PURPOSES,
        bases=list(LegalBasis),
        states=STATES,
        may_approve=visit.access.may(Right.APPROVE_EXPORT),
        actor=visit.access.actor,
    )


@router.post("/exports")
def propose(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:  # noqa: ARG001
    """Propose the export that the form describes."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        persons = exporting.choose_persons(
            session,
            states=[state for state in STATES if state in form.getlist("state")],
            since=day_of(form.get("since"), "since"),
            until=day_of(form.get("until"), "until"),
            ids=[_record(word) for word in str(form.get("persons", "")).split()],
        )
        wanted = exporting.Specification(
            _id(form.get("recipient")) or NO_ONE,
            tuple(dict.fromkeys(str(form.get("fields", "")).split())),
            persons,
            code_chosen(form.get("purpose"), PURPOSES, "purpose"),
            code_chosen(form.get("basis"), LegalBasis, "basis"),
        )
        exporting.propose_export(session, wanted)
    return go_to("/exports")


@router.post("/exports/recipients")
def add_recipient(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:  # noqa: ARG001
    """Add a recipient, to be confirmed by a second person."""
    named = {name: str(form.get(name, "")) for name in ("code", "name", "organisation", "public_key")}
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        exporting.add_recipient(session, **named, fetches=bool(form.get("fetches")))
    return go_to("/exports")


@router.post("/exports/recipients/{recipient}")
def decide_recipient(
    request: Request,  # noqa: ARG001
    visit: SignedIn,
    desk: OpenDesk,
    recipient: UUID,
    form: CheckedForm,
) -> Response:
    """Confirm a recipient whom somebody else added, or withdraw one."""
    change = exporting.withdraw_recipient if form.get("withdraw") else exporting.confirm_recipient
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        change(session, recipient)
    return go_to("/exports")


@router.post("/exports/{export}")
def decide(request: Request, visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Approve as a second person, or refuse."""
    agree = approve if form.get("agree") else reject
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        agree(session, exporting.find_export(session, export).proposal)
    return go_to("/exports")


@router.post("/exports/{export}/leave")
def leave(visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Carry the export out, and leave its encrypted file here for its recipient to fetch."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        left_to_fetch.leave_export(session, desk.ring, export)
    return go_to("/exports#left")


@router.post("/exports/{export}/take-back")
def take_back(visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Destroy what lies for its recipient."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        left_to_fetch.take_back_left(session, export)
    return go_to("/exports#left")


@router.post("/exports/{export}/file")
def fetch(request: Request, visit: SignedIn, desk: OpenDesk, export: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Carry the export out and hand over its encrypted file. It is nowhere else, and is made once."""
    sealed = export_to_spool(desk.database, desk.ring, visit.access, export)
    headers = attachment(f"{export}.zip.age")
    return StreamingResponse(pieces_of(sealed), media_type="application/octet-stream", headers=headers)


def _record(word: str) -> UUID:
    if (person := _id(word)) is None:
        raise FieldUnfit(field="persons", expected="write numbers of records, with spaces between them")
    return person


def _id(given: object) -> UUID | None:
    try:
        return UUID(str(given))
    except ValueError:
        return None
