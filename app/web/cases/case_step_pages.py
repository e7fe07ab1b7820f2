"""One act on an entry of a case file: its form, made from what the act asks for, and taking the step.

The form carries the id of its step, so that sent twice it is one; and the number of the entry's newest step, so that nobody
writes over a colleague unknowingly. Whatever is refused is shown at its field, with all that was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import HTTPException, Query, Request, Response

from app.web.cases.case_desk import OpenCase, open_case
from app.web.cases.case_transfer import accept_transfer, require_unit
from app.web.cases.case_values import Reading, shown_entry, shown_fields
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import access_named, day_of, partner_named, purpose_of
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, reader_language, show, signed_in_router
from casework.case_file import FIELDS, TRANSITIONS, Act, Entry, EntryKind, FieldKind, Step, asked_fields, take_step
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.languages import LANGUAGES

__all__ = ["CASE_STEPS"]

router = signed_in_router()
CASE_STEPS: Final = PageGroup(router, "case")
FIELD: Final = "field:"
NAMING: Final = frozenset({Act.WRITE, Act.CHANGE})  # later acts go on with whoever was named
# What a worker mends in the form itself: no such step now, changed meanwhile, missing, unfit, not agreed; what the rules of a
# screening ask; account, partner, unit.
OF_STEPS: Final = frozenset(
    {"CASE-170", "CASE-172", "CASE-174", "CASE-175", "CASE-181", "CASE-230", "CASE-250", "CASE-252", "CASE-254"}
)
MENDED: Final = OF_STEPS | {"CASE-210", "CASE-211", "CASE-212", "CASE-213", "APP-160", "CASE-271", "CORE-412", "CORE-414"}
SAID_ANEW: Final = frozenset({"answer", "reopening"})  # what was answered last time is not the answer now
# Nobody has it to do, and it is due on no day.
NOTHING_TO_DO: Final = frozenset({EntryKind.DECISION, EntryKind.NOTE, EntryKind.FLAG, EntryKind.REPORT, EntryKind.EARLIER_CASE})


@dataclass(frozen=True)
class Typed:
    """What came with a form, kept to be shown again."""

    kind: EntryKind
    act: Act
    entry: UUID | None
    fields: Mapping[str, str | list[str]] = field(repr=False)
    due: str = ""
    assignee: str = ""
    partner: str = ""  # who answers a referral here


@router.get("/cases/{case:uuid}/step")
def ask(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    case: UUID,
    *,
    kind: Annotated[str, Query()],
    act: Annotated[str, Query()],
    entry: Annotated[UUID | None, Query()] = None,
    purpose: Annotated[str, Query()] = "assistance",
) -> Response:
    """The form of an act that can be done now; of one that cannot, the file, which shows what can."""
    opened = open_case(desk, visit, case, purpose_of(purpose), report=entry)
    meant, found = _act_named(kind, act), opened.entry(entry)
    possible = found.acts if found else opened.file.begin.get(meant[0], ())
    if meant[1] not in possible or (found is None) != (entry is None):
        return go_to(f"/cases/{case}?purpose={purpose_of(purpose).value}")
    stands = {name: said for name, said in (found.fields or {}).items() if name not in SAID_ANEW} if found else {}
    due = found.due.isoformat() if found and found.due else ""
    assignee = opened.names.get(found.assignee, "") if found and found.assignee else ""
    return _form(request, visit, opened, Typed(*meant, entry, stands, due, assignee), purpose_of(purpose))


@router.post("/cases/{case:uuid}/step")
def take(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID, form: CheckedForm) -> Response:
    """Take the step; where it is refused for something that can be mended, the form again with all that was typed."""
    purpose, typed = purpose_of(form.get("purpose")), _typed(form)
    try:
        step = _step(desk, visit, typed, form)
        if (step.kind, step.act) == (EntryKind.TRANSFER, Act.ACCEPT):
            stays = accept_transfer(desk, visit, case, step, purpose)
            if not stays:
                return go_to("/persons?done=handed_over")
            entry = step.entry
        else:
            with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
                entry = take_step(session, desk.ring, case, step, purpose=purpose)
    except Problem as problem:
        if problem.code not in MENDED:
            raise
        opened = open_case(desk, visit, case, purpose, report=typed.entry)
        return _form(request, visit, opened, typed, purpose, problem=problem, step_id=str(form.get("id", "")))
    return go_to(f"/cases/{case}?done={typed.act.value}&purpose={purpose.value}#e-{entry}")


def _form(
    request: Request,
    visit: Visit,
    opened: OpenCase,
    typed: Typed,
    purpose: Purpose,
    *,
    problem: Problem | None = None,
    step_id: str = "",
) -> Response:
    found = opened.entry(typed.entry)
    reading = Reading.of(reader_language(request, visit), opened)
    stands = found.fields if found and found.fields else {}
    changed = problem is not None and problem.code == "CASE-172"
    named = str(problem.where.get("fields") or problem.where.get("field") or "").split(", ") if problem else []
    return show(
        request,
        "case_step.html.j2",
        visit,
        unsaved=True,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/cases/{opened.file.case}" if problem else "",
        file=opened.file,
        typed=typed,
        asked=asked_fields(typed.kind, typed.act, found.state if found else "", stands),
        found=shown_entry(found, reading, whole=_is_judged_whole(typed)) if found else None,
        seen=found.number if found else 0,
        step_id=uuid4() if changed or not step_id else step_id,
        # What a colleague wrote meanwhile, beside what was typed.
        beside={one.name: one for one in shown_fields(typed.kind, stands, reading)} if changed else {},
        named=named,
        dated=typed.kind not in NOTHING_TO_DO and _goes_on(typed, found),
        problem=problem,
        programme=opened.programme,
        units=opened.units,
        purpose=purpose,
        kinds=FieldKind,
        told_languages=LANGUAGES,
    )


def _is_judged_whole(typed: Typed) -> bool:
    """A report is read whole by whoever approves, signs or withdraws it."""
    return typed.kind is EntryKind.REPORT and typed.act is not Act.CHANGE


def _goes_on(typed: Typed, found: Entry | None) -> bool:
    """Whether there is something left to do with the entry after this act."""
    before = found.state if found else ""
    after = {it.after for it in TRANSITIONS if (it.kind, it.act, it.before) == (typed.kind, typed.act, before)}
    return any(it.kind is typed.kind and it.before in after and it.act is not Act.REOPEN for it in TRANSITIONS)


def _step(desk: Desk, visit: Visit, typed: Typed, form: CheckedForm) -> Step:
    """What was asked for; raises `FieldUnfit` for a day that is none, or what a colleague or unit is unknown by."""
    due = day_of(typed.due, "due")
    if unit := str(typed.fields.get("unit", "")):
        require_unit(desk, visit, unit)
    seen = str(form.get("seen", ""))
    assignee = access_named(desk, visit, typed.assignee) if typed.assignee else None
    return Step(
        typed.kind,
        typed.act,
        typed.entry,
        typed.fields,
        due.date() if due else None,
        assignee.actor if assignee else None,
        int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
        identifier(form.get("id")),
        partner_named(desk, visit, typed.partner) if typed.partner else None,
        assignee if typed.act in NAMING else None,
    )


def _typed(form: CheckedForm) -> Typed:
    kind, act = _act_named(str(form.get("kind", "")), str(form.get("act", "")))
    sent = {name.removeprefix(FIELD): [str(one) for one in form.getlist(name)] for name in form if name.startswith(FIELD)}
    several = {one.name for one in FIELDS[kind] if one.kind is FieldKind.CODES}
    fields: dict[str, str | list[str]] = {name: said if name in several else said[-1] for name, said in sent.items()}
    entry = identifier(form.get("entry")) if form.get("entry") else None
    return Typed(kind, act, entry, fields, *(str(form.get(name, "")).strip() for name in ("due", "assignee", "partner")))


def _act_named(kind: str, act: str) -> tuple[EntryKind, Act]:
    """The codes of a form of ours; anything else is no address of this program."""
    try:
        return EntryKind(kind), Act(act)
    except ValueError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
