"""A person's record with every field masked until it is revealed, who else may see it, and the panels around it.

What each panel does has a module of its own: `consent_pages`, `correction_pages`, `file_pages`, `custody_pages`,
`history_pages`, `rights_pages`. An address holds random ids only.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

import forms
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, account_named, code_chosen, purpose_of
from app.web.people.record_ends import Ends, ends_of_record
from app.web.people.record_panels import Panels, read_panels, units_to_choose
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework import RecordRestricted, consent, records
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from core.permissions import Right
from core.postgres.asked_once import asking_once
from forms import RecordPart

__all__ = ["RECORDS"]

router = signed_in_router()
RECORDS = PageGroup(router, "records")


@dataclass(frozen=True)
class RecordPage:
    """What the page shows; without answers where it is `restricted`."""

    view: records.RecordView
    restricted: bool
    labels: Mapping[str, str]
    ends: Ends
    panels: Panels


@router.get("/persons/{person}")
def look_at(
    request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """A record, masked."""
    return _record(request, visit, desk, person, purpose=purpose_of(purpose))


@router.post("/persons/{person}")
def reveal(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The record with the fields revealed that were shown before and those asked for now. Nothing of it is in the address."""
    revealed = [str(value) for value in (*form.getlist("shown"), *form.getlist("reveal"))]
    return _record(request, visit, desk, person, purpose=purpose_of(form.get("purpose")), revealed=revealed)


@router.post("/persons/{person}/share")
def share(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Open parts of the record to another account for some days."""
    account = account_named(desk, visit, str(form.get("account", "")))
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
    account = account_named(desk, visit, str(form.get("account", "")))
    part = code_chosen(form.get("part", RecordPart.NARRATIVE.value), RecordPart, "part")
    change = records.let_read_again if form.get("again") else records.keep_from
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        change(session, desk.ring, person, part, account)
    return go_to(f"/persons/{person}?done=kept")


def _record(
    request: Request, visit: Visit, desk: Desk, person: UUID, *, purpose: Purpose, revealed: Collection[str] = ()
) -> Response:
    read = partial(_read, request, visit, desk, purpose)
    try:
        page = read(lambda session: records.view_record(session, desk.ring, person, revealed=revealed, purpose=purpose))
    except RecordRestricted:  # a restriction forbids reading its answers for this purpose: without them
        page = read(lambda session: records.outline_record(session, person), restricted=True)
    return show(
        request,
        "record.html.j2",
        visit,
        **vars(page),
        purposes=PURPOSES,
        purpose=purpose,
        parts=list(RecordPart),
        units=units_to_choose(desk, visit) if page.panels.may[Right.SHARE_RECORD] else [],
        done=request.query_params.get("done", ""),
    )


def _read(
    request: Request,
    visit: Visit,
    desk: Desk,
    purpose: Purpose,
    view_in: Callable[[Session], records.RecordView],
    *,
    restricted: bool = False,
) -> RecordPage:
    """All of the page in one transaction, which is undone where any of it is refused: nothing of it is shown then."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session, asking_once(session):
        view = view_in(session)
        return RecordPage(
            view,
            restricted,
            forms.question_labels(session, visit.access.operation, reader_language(request, visit)),
            ends_of_record(session, visit.access, view),
            read_panels(session, desk.ring, visit.access, view, purpose),
        )
