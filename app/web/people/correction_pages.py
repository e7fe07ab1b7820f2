"""Correcting one part of a record: its answers in a form, what stood before, and what to do when another was faster."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from uuid import UUID

from fastapi import Request, Response

import forms
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import code_chosen, purpose_of
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework import CorrectionEmpty, RecordChanged, rights
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from forms import RecordPart

__all__ = ["CORRECTIONS"]

ANSWER, SHOWN = "answer:", "shown:"
router = signed_in_router()
CORRECTIONS = PageGroup(router, "record_panels")


@router.post("/persons/{person}/correct")
def open_part(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """The form for one part. Opening it reveals the part, so it is asked for like any field: by a form, with a purpose."""
    return _form(request, visit, desk, person, form)


@router.post("/persons/{person}/correct/save")
def save(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """Write what was changed. If another was faster, or the reason is missing, show the form again with all that was typed."""
    changed, seen = _changed(form), str(form.get("version", ""))
    purpose, (part, interview) = purpose_of(form.get("purpose"), Purpose.RIGHTS), _meant(form)
    try:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
            rights.correct_record(
                session,
                desk.ring,
                person,
                part=part,
                answers=changed,
                seen_version=int(seen) if seen.isdecimal() else 0,
                reason=str(form.get("reason", "")),
                purpose=purpose,
                interview=interview,
            )
    except (RecordChanged, CorrectionEmpty) as problem:
        return _form(request, visit, desk, person, form, changed=changed, problem=problem)
    return go_to(f"/persons/{person}?done=corrected&purpose={purpose.value}")


@router.post("/persons/{person}/correct/stays")
def stays(visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """An edit from a phone was looked into, and what was corrected by hand stays."""
    purpose, edited = purpose_of(form.get("purpose"), Purpose.RIGHTS), str(form.get("edited", ""))
    reason = str(form.get("reason", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        rights.confirm_correction(session, desk.ring, person, identifier(edited), reason=reason, purpose=purpose)
    return go_to(f"/persons/{person}?done=stays&purpose={purpose.value}")


@router.post("/persons/{person}/former")
def former(request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, form: CheckedForm) -> Response:
    """What one part said before each change, with who changed it, when and why."""
    (part, _), purpose = _meant(form), purpose_of(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        versions = rights.former_answers(session, desk.ring, person, parts=[part], purpose=purpose)
        labels = forms.question_labels(session, visit.access.operation, reader_language(request, visit))
    at = f"/persons/{person}"
    return show(request, "record_former.html.j2", visit, at=at, person=person, part=part, versions=versions, labels=labels)


def _form(
    request: Request,
    visit: Visit,
    desk: Desk,
    person: UUID,
    form: CheckedForm,
    *,
    changed: Mapping[str, str] = MappingProxyType({}),
    problem: Problem | None = None,
) -> Response:
    purpose, (part, interview) = purpose_of(form.get("purpose"), Purpose.RIGHTS), _meant(form)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        held = rights.read_to_correct(session, desk.ring, person, part, purpose=purpose, interview=interview)
        labels = forms.question_labels(session, visit.access.operation, reader_language(request, visit))
    return show(
        request,
        "record_correct.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/persons/{person}",
        person=person,
        part=part,
        meant=str(form.get("part", part.value)),
        purpose=purpose,
        held=held,
        changed={name: value for name, value in changed.items() if held.answers.get(name) != value},
        problem=problem,
        reason=str(form.get("reason", "")),
        labels=labels,
    )


def _changed(form: CheckedForm) -> dict[str, str]:
    """What was typed where it differs from what the worker was shown, so that nothing else is written over."""
    said = {name: str(value).replace("\r\n", "\n") for name, value in form.multi_items()}
    typed = {name.removeprefix(ANSWER): value.strip() for name, value in said.items() if name.startswith(ANSWER)}
    return {name: value for name, value in typed.items() if value != said.get(SHOWN + name, "").strip()}


def _meant(form: CheckedForm) -> tuple[RecordPart, UUID | None]:
    """The part of the person's own answers, as `contact`; or of an interview, as `narrative/<id>`."""
    name, _, interview = str(form.get("part", "")).partition("/")
    part = code_chosen(name, RecordPart, "part")
    try:
        return part, UUID(interview)
    except ValueError:
        return part, None
