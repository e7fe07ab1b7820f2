"""What persons ask about their data: received, due within thirty days, answered; and the pack of all that is held on one."""

import secrets
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.records.access_pack import make_access_pack
from app.web.attachment import attachment
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.people.record_desk import code_chosen, day_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework import records, rights
from core.access import require
from core.database import Zone
from core.languages import LANGUAGES
from core.permissions import Right
from core.sealing.sealed_file import seal_for_passphrase

__all__ = ["RIGHTS"]

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
router = signed_in_router()
RIGHTS = PageGroup(router, "rights", (Entry("/rights-requests", "rights_requests", Right.RECORD_CONSENT),))


@router.get("/rights-requests")
def list_requests(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """Those that wait for an answer, the most overdue first."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        waiting = rights.page_requests(session, after=after)
    may_answer = visit.access.may(Right.GIVE_ACCESS_PACK)
    return show(
        request, "rights_requests.html.j2", visit, waiting=waiting, outcomes=list(rights.RequestOutcome), may_answer=may_answer
    )


@router.post("/persons/{person}/requests")
def receive(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Note that the person asked, today or on an earlier day."""
    kind = code_chosen(form.get("kind"), rights.RequestKind, "kind")
    received_at = day_of(form.get("received_at"), "received_at")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        rights.receive_request(session, desk.ring, person, kind, received_at=received_at)
    return go_to(f"/persons/{person}?done=received")


@router.post("/rights-requests/{asked}")
def answer(visit: SignedIn, desk: OpenDesk, asked: UUID, form: CheckedForm) -> Response:
    """Note how a request was answered."""
    outcome = code_chosen(form.get("outcome"), rights.RequestOutcome, "outcome")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        rights.answer_request(session, desk.ring, asked, outcome)
    return go_to("/rights-requests")


@router.post("/persons/{person}/access-pack")
def offer_pack(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Show the passphrase, once, and a form that makes the pack sealed to it. Neither is kept."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require(session, Right.GIVE_ACCESS_PACK, records.outline_record(session, person).custody)
    language = _language(form)
    return show(
        request, "access_pack.html.j2", visit, at=f"/persons/{person}", person=person, secret=_secret(), spoken=language
    )


@router.post("/persons/{person}/access-pack/download")
def download_pack(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The pack, made in memory and sealed (age)."""
    pack = make_access_pack(desk.program, visit.access, person, _language(form))
    sealed = seal_for_passphrase(pack, str(form.get("secret", "")))
    return Response(sealed, media_type="application/octet-stream", headers=attachment("access-pack.zip.age"))


def _language(form: CheckedForm) -> str:
    """The language asked for; none: the one in which consent was asked."""
    return next((language for language in LANGUAGES if language == form.get("language")), "")


def _secret() -> str:
    """24 letters in groups of four, of some 118 bits: told by voice, typed by hand."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(6))
