"""A summary of a case for paper: what the file says, who printed it, when and for what. The person's identity stays covered
until it is asked for with a purpose, as on the record page."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

import forms
from app.web.cases.case_desk import names_in, unit_of
from app.web.cases.case_pages import ORDER
from app.web.cases.case_values import Reading, shown_entry
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, purpose_of
from app.web.people.record_panels import units_to_choose
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import reader_language, show, signed_in_router
from casework import records
from casework.case_file import print_case_file
from casework.programme import programme_in_force
from core.audit import Purpose
from core.clock import now
from core.database import Zone
from forms import RecordPart

__all__ = ["CASE_PRINTS"]

router = signed_in_router()
CASE_PRINTS: Final = PageGroup(router, "case")


@router.get("/cases/{case:uuid}/print")
def print_unnamed(
    request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, purpose: Annotated[str, Query()] = "assistance"
) -> Response:
    """The sheet without who the person is."""
    return _sheet(request, visit, desk, case, purpose_of(purpose), named=False)


@router.post("/cases/{case:uuid}/print")
def print_named(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """The sheet with the person's identity, which is noted as revealed."""
    return _sheet(request, visit, desk, case, purpose_of(form.get("purpose")), named=True)


def _sheet(request: Request, visit: Visit, desk: Desk, case: UUID, purpose: Purpose, *, named: bool) -> Response:
    language = reader_language(request, visit)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        file = print_case_file(session, desk.ring, case, named=named, purpose=purpose)
        programme = programme_in_force(session)
        identity = _identity(session, desk, file.person, purpose) if named else []
        labels = forms.question_labels(session, visit.access.operation, language)
    reading = Reading(language, programme, {str(unit): way for unit, way in units_to_choose(desk, visit)})
    in_order = sorted(file.entries, key=lambda one: ORDER.index(one.kind))
    return show(
        request,
        "case_print.html.j2",
        visit,
        at=f"/cases/{case}/print" if named else "",
        file=file,
        names=names_in(desk, visit, file),
        unit=reading.units.get(unit_of(file.custody), unit_of(file.custody)),
        reading=reading,
        entries=[shown_entry(one, reading, whole=True) for one in in_order],
        identity=identity,
        labels=labels,
        named=named,
        purpose=purpose,
        purposes=PURPOSES,
        printed_at=now(),
        today=now().date(),
    )


def _identity(session: Session, desk: Desk, person: UUID, purpose: Purpose) -> list[records.ViewedField]:
    """The answers of the person's identity, revealed as on the record page; raises `NotAllowed` where the part is closed."""
    covered = records.view_record(session, desk.ring, person, purpose=purpose)
    addresses = [f"person/{RecordPart.IDENTITY.value}/{one.name}" for one in _fields(covered)]
    return _fields(records.view_record(session, desk.ring, person, revealed=addresses, purpose=purpose))


def _fields(view: records.RecordView) -> list[records.ViewedField]:
    return [one for part in view.sources[0].parts if part.part is RecordPart.IDENTITY for one in part.fields]
