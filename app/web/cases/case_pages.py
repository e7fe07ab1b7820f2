"""The file of one case: where it stands, every entry with what can be done now, what can be begun, and what was added to it.

Identity stays on the record page, masked; here stands what was written on the case, for those who may read the part that it
belongs to. What is done is done on `case_step_pages`; an address holds ids and codes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from app.web.cases.case_desk import OpenCase, open_case, unit_of
from app.web.cases.case_values import Reading, ShownEntry, shown_entry, shown_fields
from app.web.cases.referral_package_pages import package_panel
from app.web.cases.work_pages import paths
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import PURPOSES, purpose_of
from app.web.problems import status_of
from app.web.signed_in import SignedIn, Visit
from app.web.signed_in_page import reader_language, show, signed_in_router
from casework import RecordRestricted, RecordUnknown
from casework.case_file import Act, CaseFile, Entry, EntryKind, asked_fields
from core.audit import Purpose
from core.clock import now
from core.permissions import Right

__all__ = ["CASES", "ORDER"]

router = signed_in_router()
CASES: Final = PageGroup(router, "case")
_K = EntryKind
# As work goes on, with what is looked for most at its place.
ORDER: Final = (
    _K.FLAG,
    _K.DECISION,
    _K.ASSESSMENT,
    _K.PLAN,
    _K.GOAL,
    _K.SERVICE,
    _K.REFERRAL,
    _K.VISIT,
    _K.RETURN,
    _K.TRANSFER,
    _K.TASK,
    _K.NOTE,
    _K.REPORT,
    _K.CLOSURE,
    _K.EARLIER_CASE,
)
SHORT: Final = 6  # entries of one kind on the page of the case
LONG: Final = 50  # on a page of one kind
TEXT: Final = "text"  # of a report
SCREENING: Final = "/cases/{case}/screening"  # where a decision is prepared, if there is such a page


@dataclass(frozen=True)
class Section:
    """The entries of one kind, the newest first, as many as the page shows; `more` begins the next page of them."""

    kind: EntryKind
    entries: list[ShownEntry]
    count: int
    begin: tuple[Act, ...]
    more: int | None


@router.get("/cases/{case:uuid}")
def look(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    case: UUID,
    *,
    purpose: Annotated[str, Query()] = "assistance",
    kind: Annotated[str, Query()] = "",
    begin: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """The file; or all entries of one kind, page by page."""
    looked_for = purpose_of(purpose)
    only = next((one for one in EntryKind if one.value == kind), None)
    try:
        opened = open_case(desk, visit, case, looked_for)
    except RecordRestricted as problem:  # the purpose can be chosen anew; the person's own rights are never restricted
        status = status_of(problem)
        return show(request, "case_restricted.html.j2", visit, status=status, case=case, purpose=looked_for, purposes=PURPOSES)
    reading = Reading.of(reader_language(request, visit), opened)
    kinds = (only,) if only else ORDER
    sections = [_section(one, opened, reading, begin, LONG if only else SHORT) for one in kinds]
    return show(
        request,
        "case.html.j2",
        visit,
        unsaved=True,  # a form that was taken leads here: the browser forgets what it kept of it
        **_frame(desk, visit, opened, reading, looked_for),
        sections=sections,
        only=only,
        done=request.query_params.get("done", ""),
    )


@router.get("/cases/{case:uuid}/entries/{entry:uuid}")
def look_at_entry(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    case: UUID,
    entry: UUID,
    *,
    purpose: Annotated[str, Query()] = "assistance",
    version: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """One entry whole, with every step that led it where it stands; of a report also its text at the step `version`."""
    opened = open_case(desk, visit, case, purpose_of(purpose), report=entry)
    found = opened.entry(entry)
    if found is None:
        raise RecordUnknown(kind="entry", record=entry)
    reading = Reading.of(reader_language(request, visit), opened)
    return show(
        request,
        "case_entry_page.html.j2",
        visit,
        **_frame(desk, visit, opened, reading, purpose_of(purpose)),
        shown=shown_entry(
            replace(found, fields=_beside(found.kind, found.fields) if found.fields else found.fields), reading, whole=True
        ),
        steps=[(step, shown_fields(step.kind, _beside(step.kind, step.fields), reading)) for step in reversed(found.steps)],
        version=version,
        report_text=_text_at(found, version),
        report_language=(found.fields or {}).get("language", ""),
        **package_panel(desk, visit, found, opened.programme),
    )


def direct_acts(entry: Entry) -> list[Act]:
    """The acts that ask for nothing: a button each."""
    return [act for act in entry.acts if not asked_fields(entry.kind, act, entry.state, entry.fields or {})]


def _beside(kind: EntryKind, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A report's text stands by itself on its page, once and not at every step."""
    return {name: said for name, said in fields.items() if kind is not EntryKind.REPORT or name != TEXT}


def _text_at(entry: Entry, version: int) -> str:
    """Of a report, its text as it stood after the step of this number, or as it stands."""
    if entry.kind is not EntryKind.REPORT:
        return ""
    texts = [str(step.fields[TEXT]) for step in entry.steps if TEXT in step.fields and (not version or step.number <= version)]
    return texts[-1] if texts else ""


def _section(kind: EntryKind, opened: OpenCase, reading: Reading, begin: int, most: int) -> Section:
    """Of those that can be gone on with, none is left out for one that is done."""
    found = [one for one in reversed(opened.file.entries) if one.kind is kind]
    found.sort(key=lambda one: not one.acts)
    shown = found[begin : begin + most]
    more = begin + most if len(found) > begin + most else None
    entries = [shown_entry(one, reading) for one in shown]
    return Section(kind, entries, len(found), opened.file.begin.get(kind, ()), more)


def _frame(desk: Desk, visit: Visit, opened: OpenCase, reading: Reading, purpose: Purpose) -> Mapping[str, Any]:
    """What every page of a case shows around its own."""
    file = opened.file
    there = {path for group in desk.groups for path in paths(group)}
    unit = unit_of(file.custody)
    return {
        "file": file,
        "names": opened.names,
        "unit": opened.units.get(unit, unit),
        "reading": reading,
        "purpose": purpose,
        "purposes": PURPOSES,
        "linked": _linked(file),
        "goes_before": _goes_before(file),
        "may_go_on": EntryKind.NOTE in file.begin,
        "documents": opened.documents,
        "adds_documents": opened.documents is not None and visit.access.may(Right.WORK_ON_CASE, file.custody),
        "direct": direct_acts,
        "new_id": uuid4,
        "today": now().date(),
        "screening": SCREENING.format(case=file.case) if SCREENING in there else "",
    }


def _linked(file: CaseFile) -> str:
    """The id of the case that is linked as the earlier one; empty where none is, or it is closed to the reader."""
    links = [one.fields for one in file.entries if one.kind is EntryKind.EARLIER_CASE and one.state == "linked"]
    return next((str(fields["earlier"]) for fields in links if fields), "")


def _goes_before(file: CaseFile) -> bool:
    """Whether to ask if this case follows an earlier one: there is one, none is linked, and the reader could link it."""
    there = any(one.kind is EntryKind.EARLIER_CASE and one.state == "linked" for one in file.entries)
    return bool(file.before) and not there and EntryKind.EARLIER_CASE in file.begin
