"""Take a step in a case file: by who may, from where the entry stands, with what the step needs.

The page that sends a step makes its id: sent twice, by a double click or a line that broke, it is one step. It also says which
step of the entry it showed as the newest: who writes over what somebody else wrote meanwhile is told so.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.case_file.answer_referral import is_answering
from casework.case_file.case_state import leave_case
from casework.case_file.decide_by_rules import Deciding, decided_by_rules, what_follows
from casework.case_file.earlier_case import require_earlier
from casework.case_file.errors import (
    ColleagueOutOfReach,
    EntryChanged,
    EntryUnknown,
    FieldsMissing,
    FieldUnfit,
    OwnStep,
    StepImpossible,
)
from casework.case_file.kinds import parts_of
from casework.case_file.open_referral import close_referral, open_referral, with_told
from casework.case_file.read_fields import read_fields
from casework.case_file.referral_consent import require_agreed
from casework.case_file.report_marks import with_report_marks
from casework.case_file.step import Step
from casework.case_file.transitions import JUDGING, NOT_YET, Approval, Transition, find_transition, waits_for_another
from casework.case_file_models import CaseEntry, EntryKind
from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, KeyKind, Person
from casework.programme import Programme, programme_in_force
from casework.store.author_marks import author_marks
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, stored_key
from casework.store.seal_steps import open_steps, seal_step
from casework.store.sealed_step import SealedStep
from casework.store.weeks_of_steps import weeks_of
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns

__all__ = ["authors_of", "is_asked", "take_step"]


def take_step(session: Session, ring: KeyRing, case_id: UUID, step: Step, *, purpose: Purpose) -> UUID:
    """Take the step; the entry's id. The same step again changes nothing.

    Raises `RecordUnknown`, `NotAllowed`, `OwnStep`, `RecordRestricted`, `StepImpossible`, `EntryUnknown`, `EntryChanged`,
    `FieldsMissing`, `FieldUnfit`, `ReferralNotAgreed`, `ReferralUnopened`, `PartnerOfAnother`, `PartNotYours`,
    `ColleagueOutOfReach`, of a decision what `decided_by_rules` raises, of a report what `with_report_marks` does, of an
    earlier case `EarlierCaseUnfit`, or what `open_steps` raises.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    take_turns(session, f"casework.case:{case_id}")
    session.refresh(case)
    person = session.get_one(Person, case.person)
    answering = is_answering(session, person, step)
    if not answering:
        require_parts(session, person, parts_of(step.kind))
    require_unrestricted(session, person.id, purpose)
    count_reading(session, [person.id])
    vault = Vault(session, ring, case.operation)
    key = stored_key(vault, person.id, KeyKind.PERSON)
    taken = open_steps(session, key, case)
    earlier = [one for one in taken if one.entry == step.entry]
    if step.id in {one.id for one in taken}:
        return next(one.entry for one in taken if one.id == step.id)
    programme = programme_in_force(session)
    row = _row(case, step, earlier)
    right, custody = (Right.ANSWER_REFERRAL, None) if answering else (row.right, custody_of(person))
    access = require(session, right, custody, subject=f"casework.case:{case_id}")
    _require_reach(step, person)
    if case.state not in row.during or not is_asked(row, programme):
        raise _impossible(case, step, row.before)
    if row.by_another and access.actor in authors_of(earlier):
        raise OwnStep(row.right, f"casework.case:{case_id}")
    fields = read_fields(step.kind, step.fields, programme)
    _require_filled(row, _whole(earlier) | fields)
    fields = _of_kind(Deciding(session, key, case, programme, taken), person, row, step, fields)
    provider = str((_whole(earlier) | fields).get("provider", ""))
    fields = with_told(row, step, fields, provider, programme)
    whole = _whole(earlier) | fields
    require_agreed(session, person, row, whole)
    sealed = SealedStep(
        id=step.id,
        number=len(taken) + 1,
        entry=step.entry or uuid4(),
        kind=step.kind,
        act=step.act,
        state=row.after,
        by=access.actor,
        at=now(),
        due=earlier[-1].due if answering else step.due,
        assignee=earlier[-1].assignee if answering else step.assignee,
        marks=_marks(ring, row, {*authors_of(earlier), access.actor}, len(earlier) + 1),
        fields=fields,
    )
    with changing_clear(vault, [person.id]):
        _note_entry(session, case, [*earlier, sealed])
        session.add(seal_step(key, case, sealed))
        leave_case(case, row, whole)
    if step.open_to:
        open_referral(vault, person, sealed, provider, to=step.open_to, purpose=purpose)
    close_referral(session, vault, person, sealed)
    detail = {"entry": str(sealed.entry), "kind": step.kind.value, "act": step.act.value, "state": row.after}
    record(session, Action.WORKED, f"casework.case:{case_id}", purpose=purpose, detail=detail)
    if step.kind is EntryKind.DECISION and row.after == "decided":
        for following in what_follows(Deciding(session, key, case, programme, [*taken, sealed])):
            take_step(session, ring, case_id, following, purpose=purpose)
    return sealed.entry


def _row(case: Case, step: Step, earlier: list[SealedStep]) -> Transition:
    """The row of the table; raises `EntryUnknown`, `EntryChanged` or `StepImpossible`."""
    if step.entry and (not earlier or earlier[-1].kind is not step.kind):
        raise EntryUnknown(entry=step.entry)
    if earlier and earlier[-1].number != step.seen:
        raise EntryChanged(entry=step.entry)
    before = earlier[-1].state if earlier else NOT_YET
    row = find_transition(step.kind, step.act, before)
    if row is None:
        raise _impossible(case, step, before)
    return row


def _require_reach(step: Step, person: Person) -> None:
    """Nobody is given what they could not open."""
    if step.reach and not step.reach.may(Right.READ_CASE_FILE, custody_of(person)):
        raise ColleagueOutOfReach


def _impossible(case: Case, step: Step, before: str) -> StepImpossible:
    return StepImpossible(act=step.act.value, kind=step.kind.value, before=before or "not there", case_state=case.state)


def _of_kind(at: Deciding, person: Person, row: Transition, step: Step, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with what the program adds to a step of this kind, once it was looked at by the rules of that kind."""
    match step.kind:
        case EntryKind.DECISION:
            return decided_by_rules(at, step, fields)
        case EntryKind.REPORT:
            stands = _whole([one for one in at.steps if one.entry == step.entry])
            return with_report_marks(at.session, person, row, stands, fields)
        case EntryKind.EARLIER_CASE:
            require_earlier(at.session, at.case, step.act, at.steps, fields)
    return dict(fields)


def authors_of(steps: Sequence[SealedStep]) -> set[str]:
    """Who wrote, changed or submitted an entry; whoever sent it back may still approve it when it was mended."""
    return {one.by for one in steps if (one.kind, one.act) not in JUDGING}


def _marks(ring: KeyRing, row: Transition, authors: set[str], steps: int) -> bytes | None:
    """Of who wrote what from now on waits for somebody else."""
    return author_marks(ring, authors, steps) if waits_for_another(row.kind, row.after) else None


def is_asked(row: Transition, programme: Programme) -> bool:
    """Whether the programme has this step: approvals are asked for, or they are not.

    Of a screening its rules say which, by what the interview told (`decide_by_rules`).
    """
    if row.kind is EntryKind.DECISION:
        return True
    asked = row.kind.value in programme.approvals
    return row.approval is Approval.ANY or asked == (row.approval is Approval.ASKED)


def _whole(earlier: list[SealedStep]) -> dict[str, Any]:
    return {name: value for one in earlier for name, value in one.fields.items()}


def _require_filled(row: Transition, fields: Mapping[str, Any]) -> None:
    missing = [name for name in row.needs if not fields.get(name)]
    if missing:
        raise FieldsMissing(fields=", ".join(missing))
    for name in row.only_yes:
        if fields[name] != "yes":
            raise FieldUnfit(field=name, expected="this goes on only where the answer is yes")


def _note_entry(session: Session, case: Case, steps: Sequence[SealedStep]) -> None:
    """Let the entry stand where its steps leave it."""
    step = steps[-1]
    entry = session.get(CaseEntry, step.entry) or CaseEntry(
        id=step.entry, person=case.person, case=case.id, operation=case.operation, kind=step.kind.value
    )
    entry.state, entry.due, entry.assignee, entry.changed_at = step.state, step.due, step.assignee, step.at
    entry.author_marks = step.marks
    entry.week, entry.week_after = weeks_of(steps)
    session.add(entry)
    session.flush()
