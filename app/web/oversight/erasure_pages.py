"""Ending a record: what is due, proposing an erasure, carrying out an approved one, its certificate; and legal holds.

A page names records by random ids. Approving is in the second person's queue (`app.web.oversight.approval_pages`).
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import HTTPException, Query, Request, Response

from app.records.erase_person import carry_out_proposal
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import NO_COPY, go_to, show, signed_in_router
from casework import erasure, rights
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from core.postgres.remains import free_of_remains_until
from core.proposals_in_reach import ended_in_reach, may_carry_out, open_in_reach, require_concern, stands_at
from core.second_person import Act, State, find_proposal

__all__ = ["ERASURE"]

router = signed_in_router()
ERASURE = PageGroup(
    router,
    "erasure",
    (
        Entry("/erasures", "erasures", Right.PROPOSE_ERASURE),
        Entry("/holds", "holds", Right.HOLD_RECORD),
    ),
)


@router.get("/erasures")
def list_erasures(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    due: Annotated[UUID | None, Query()] = None,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """What is due, what was approved and waits for its deed, and what was erased."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        overdue = erasure.page_overdue(session, visit.access.operation, desk.settings.retention_path, after=due)
        proposals = [one for one in open_in_reach(session) if one.act is Act.ERASURE]
        clean = free_of_remains_until(session)
        erased = ended_in_reach(session, acts=[Act.ERASURE], states=[State.CARRIED_OUT], after=after)
    return show(
        request,
        "erasures.html.j2",
        visit,
        due=overdue,
        approved=[one for one in proposals if may_carry_out(visit.access, one)],
        waiting=sum(stands_at(one) is State.PROPOSED for one in proposals),
        erased=erased,
        remains={one.id for one in erased.rows if one.done_at and (clean is None or one.done_at >= clean)},
        retention=erasure.ErasureReason.RETENTION.value,
        done=request.query_params.get("done", ""),
    )


@router.post("/erasures")
def propose_due(request: Request, visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:  # noqa: ARG001
    """Propose to erase a record whose period has run out."""
    record = str(form.get("record", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        due = erasure.find_overdue(session, visit.access.operation, desk.settings.retention_path)
        found = next((one for one in due if str(one.subject) == record), None)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        erasure.propose_erasure(session, record, reason=erasure.ErasureReason.RETENTION, rule=found.rule)
    return go_to("/erasures?done=proposed")


@router.post("/persons/{person}/erase")
def propose_for_person(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Propose to erase the record that somebody looks at."""
    reason = next((one for one in erasure.ErasureReason if one.value == form.get("reason")), None)
    if reason is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        erasure.propose_erasure(session, str(person), reason=reason)
    return go_to(f"/persons/{person}?purpose={Purpose.RIGHTS.value}&done=erasure_proposed")


@router.post("/erasures/{proposal}/carry-out")
def carry_out(request: Request, visit: SignedIn, desk: OpenDesk, proposal: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Erase what was approved, for good. It takes a tick beside the button: there is no way back."""
    if form.get("sure") != "yes":
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    carry_out_proposal(desk.program, visit.access, proposal)
    return go_to("/erasures?done=erased")


@router.get("/erasures/{proposal}/certificate.{kind}")
def certificate(request: Request, visit: SignedIn, desk: OpenDesk, proposal: UUID, kind: str) -> Response:  # noqa: ARG001
    """The certificate to hand out: signed (`json`), or the same for a reader (`txt`)."""
    if kind not in {"json", "txt"}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        require_concern(session, find_proposal(session, proposal))
        found = erasure.find_certificate(session, desk.ring, proposal)
    headers = NO_COPY | {"Content-Disposition": f'attachment; filename="erasure-{proposal}.{kind}"'}
    content, media = (found.as_json(), "application/json") if kind == "json" else (found.as_text(), "text/plain")
    return Response(content, media_type=media, headers=headers)


@router.get("/holds")
def list_holds(request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Response:
    """The holds that stand, with their reasons."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        holds = rights.page_holds(session, desk.ring, visit.access.operation, after=after, purpose=Purpose.LEGAL)
    return show(request, "holds.html.j2", visit, holds=holds, done=request.query_params.get("done", ""))


@router.post("/persons/{person}/hold")
def hold(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Hold a record: nothing of it is erased while the hold stands."""
    reason, until = str(form.get("reason", "")).strip(), _day(str(form.get("until", "")))
    if not reason:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        rights.hold_record(session, desk.ring, person, reason=reason, until=until)
    return go_to(f"/persons/{person}?purpose={Purpose.LEGAL.value}&done=held")


@router.post("/holds/{hold_id}/lift")
def lift(request: Request, visit: SignedIn, desk: OpenDesk, hold_id: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """Lift a hold before its time."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        rights.lift_hold(session, desk.ring, hold_id)
    return go_to("/holds?done=lifted")


def _day(given: str) -> datetime | None:
    """The end of a day (UTC) as a date field sends it; none where nothing was chosen."""
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(hour=23, minute=59, second=59, tzinfo=UTC)
    except ValueError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
