"""What a person agreed to and what their record must not be used for: told, taken back, restricted, lifted."""

import re
from typing import Final
from uuid import UUID

from fastapi import Response

from app.web.desk import OpenDesk, PageGroup
from app.web.people.record_desk import code_chosen, day_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, signed_in_router
from casework import consent
from core.audit import Purpose
from core.clock import now
from core.database import Zone

__all__ = ["CONSENTS"]

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
SAID: Final = (consent.ConsentState.GIVEN, consent.ConsentState.REFUSED)
router = signed_in_router()
CONSENTS = PageGroup(router, "record_panels")


@router.post("/persons/{person}/consent")
def record_statement(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """A new statement, or the other basis on which the record is used."""
    basis = code_chosen(form.get("basis"), consent.LegalBasis, "basis")
    language = str(form.get("language", "")).strip()
    agreed = basis is consent.LegalBasis.CONSENT
    said = consent.Statement(
        code_chosen(form.get("use"), Purpose, "use"),
        code_chosen(form.get("state"), SAID, "state"),
        day_of(form.get("said_at"), "said_at") or now(),
        visit.access.actor,
        str(form.get("recipient", "")).strip() or consent.OURS,
        basis,
        code_chosen(form.get("given_by"), consent.GivenBy, "given_by") if agreed else consent.GivenBy.NOBODY,
        str(form.get("guardian", "")).strip(),
        language=language if LANGUAGE_TAG.fullmatch(language) else "",
        valid_until=day_of(form.get("valid_until"), "valid_until"),
    )
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.record_consent(session, desk.ring, person, said)
    return go_to(f"/persons/{person}?done=consent")


@router.post("/persons/{person}/consent/withdraw")
def withdraw(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The person takes a consent back; it holds at once."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.withdraw_consent(
            session,
            desk.ring,
            person,
            consent_to=code_chosen(form.get("use"), Purpose, "use"),
            recipient=str(form.get("recipient", consent.OURS)),
            said_at=now(),
            said_to=visit.access.actor,
        )
    return go_to(f"/persons/{person}?done=withdrawn")


@router.post("/persons/{person}/restrict")
def restrict(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Stop the use of the record for one purpose, or for all."""
    reason = code_chosen(form.get("reason"), consent.RestrictionReason, "reason")
    use = code_chosen(form.get("use"), Purpose, "use") if form.get("use") else None
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.restrict_record(session, desk.ring, person, reason, use=use)
    return go_to(f"/persons/{person}?done=restricted")


@router.post("/persons/{person}/restrict/{restriction}/lift")
def lift(visit: SignedIn, desk: OpenDesk, person: UUID, restriction: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """End a restriction that was set by hand."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.lift_restriction(session, desk.ring, restriction)
    return go_to(f"/persons/{person}?done=lifted")
