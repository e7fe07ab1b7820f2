"""What a person agreed to and what their record must not be used for: told, taken back, restricted, lifted."""

import re
from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import Response

from app.web.desk import OpenDesk, PageGroup
from app.web.record_desk import day_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, signed_in_router
from casework import consent
from core.audit import Purpose
from core.clock import now
from core.database import Zone

__all__ = ["CONSENTS"]

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
router = signed_in_router()
CONSENTS = PageGroup(router, "record_panels")


@router.post("/persons/{person}/consent")
def record_statement(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """A new statement, or the other basis on which the record is used."""
    basis = consent.LegalBasis(_one_of(form.get("basis"), consent.LegalBasis, "consent"))
    language = str(form.get("language", "")).strip()
    given_by = consent.GivenBy(_one_of(form.get("given_by"), consent.GivenBy, "self"))
    said = consent.Statement(
        Purpose(_one_of(form.get("use"), Purpose, "assistance")),
        consent.ConsentState.REFUSED if form.get("state") == "refused" else consent.ConsentState.GIVEN,
        day_of(form.get("said_at")) or now(),
        visit.access.actor,
        str(form.get("recipient", "")).strip() or consent.OURS,
        basis,
        given_by if basis is consent.LegalBasis.CONSENT else consent.GivenBy.NOBODY,
        str(form.get("guardian", "")).strip(),
        language=language if LANGUAGE_TAG.fullmatch(language) else "",
        valid_until=day_of(form.get("valid_until")),
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
            consent_to=Purpose(_one_of(form.get("use"), Purpose, "assistance")),
            recipient=str(form.get("recipient", consent.OURS)),
            said_at=now(),
            said_to=visit.access.actor,
        )
    return go_to(f"/persons/{person}?done=withdrawn")


@router.post("/persons/{person}/restrict")
def restrict(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Stop the use of the record for one purpose, or for all."""
    reason = consent.RestrictionReason(_one_of(form.get("reason"), consent.RestrictionReason, "objection"))
    use = next((one for one in Purpose if one.value == form.get("use")), None)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.restrict_record(session, desk.ring, person, reason, use=use)
    return go_to(f"/persons/{person}?done=restricted")


@router.post("/persons/{person}/restrict/{restriction}/lift")
def lift(visit: SignedIn, desk: OpenDesk, person: UUID, restriction: UUID, form: CheckedForm) -> Response:  # noqa: ARG001
    """End a restriction that was set by hand."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        consent.lift_restriction(session, desk.ring, restriction)
    return go_to(f"/persons/{person}?done=lifted")


def _one_of(given: object, codes: type[StrEnum], otherwise: str) -> str:
    """The code given, if it is one of these; a form that was not tampered with gives no other."""
    return str(given) if given in {code.value for code in codes} else otherwise
