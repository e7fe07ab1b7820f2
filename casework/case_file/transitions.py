"""The state machine of casework, as one table: who may do what with an entry, from which state, and where it leads.

What the table does not name is impossible. `docs/case-file.md` shows it as diagrams, made from here; tests walk every row of
it and every pair that it does not name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from casework.case_file_models import Act, EntryKind
from casework.models import CaseState
from core.permissions import Right

__all__ = [
    "JUDGING",
    "NOT_YET",
    "OPEN",
    "TRANSITIONS",
    "Approval",
    "Transition",
    "acts_from",
    "find_transition",
    "waits_for_another",
]

NOT_YET: Final = ""  # the state of an entry that is not there
OPEN: Final = frozenset({CaseState.ELIGIBLE, CaseState.ACTIVE, CaseState.FOLLOW_UP})
# A case that was closed by referring the person goes on with its referral.
REFERRED: Final = OPEN | {CaseState.CLOSED_REFERRED}
CLOSED: Final = frozenset({CaseState.NOT_ELIGIBLE, CaseState.CLOSED, CaseState.CLOSED_REFERRED})
ALWAYS: Final = OPEN | CLOSED
WORK, APPROVE, DECIDE = Right.WORK_ON_CASE, Right.APPROVE_CASE_STEP, Right.DECIDE_SCREENING


class Approval(StrEnum):
    """Whether an act is there only where the programme asks for an approval of this kind of entry, or only where not."""

    ANY = "any"
    ASKED = "asked"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Transition:
    """One row. `needs`: fields that must be filled in then; `only_yes`: those of them that must say yes; `by_another`: not by
    who wrote, changed or submitted the entry; `during`: where the case may stand; `case_to`: where it stands afterwards, None
    where it stays (a closure's and a decision's own outcome is said by `casework.case_file.case_state`)."""

    kind: EntryKind
    act: Act
    before: str
    after: str
    right: Right = WORK
    needs: tuple[str, ...] = ()
    only_yes: tuple[str, ...] = ()
    by_another: bool = False
    approval: Approval = Approval.ANY
    during: frozenset[CaseState] = OPEN
    case_to: CaseState | None = None


def _approved(kind: EntryKind, *needs: str, approved: str, case_to: CaseState | None = None) -> tuple[Transition, ...]:
    """What is drafted, submitted, and approved by somebody else or sent back; or settled where no approval is asked for."""
    return (
        Transition(kind, Act.WRITE, NOT_YET, "draft"),
        Transition(kind, Act.CHANGE, "draft", "draft"),
        Transition(kind, Act.SUBMIT, "draft", "submitted", needs=needs, approval=Approval.ASKED),
        Transition(kind, Act.SETTLE, "draft", approved, needs=needs, approval=Approval.NOT_ASKED, case_to=case_to),
        Transition(kind, Act.APPROVE, "submitted", approved, APPROVE, by_another=True, case_to=case_to),
        Transition(kind, Act.SEND_BACK, "submitted", "draft", APPROVE, ("answer",), by_another=True),
        Transition(kind, Act.CANCEL, "draft", "cancelled"),
    )


def _done_or_not(kind: EntryKind, *needs: str, waits: str, done: str) -> tuple[Transition, ...]:
    return (
        Transition(kind, Act.WRITE, NOT_YET, waits, needs=needs),
        Transition(kind, Act.CHANGE, waits, waits, needs=needs),
        Transition(kind, Act.COMPLETE, waits, done),
        Transition(kind, Act.CANCEL, waits, "cancelled"),
    )


_K = EntryKind
SAID: Final = ("status", "eligible", "reasons")
REPORTED: Final = ("purpose", "recipient", "language", "text")
TRANSITIONS: Final[tuple[Transition, ...]] = (
    # A screening is decided at once, unless the programme's rules ask for a second opinion (`decide_by_rules`); one may always
    # be asked for.
    Transition(_K.DECISION, Act.SETTLE, NOT_YET, "decided", DECIDE, SAID, approval=Approval.NOT_ASKED, during=ALWAYS),
    Transition(_K.DECISION, Act.SUBMIT, NOT_YET, "submitted", DECIDE, SAID, approval=Approval.ASKED, during=ALWAYS),
    Transition(_K.DECISION, Act.APPROVE, "submitted", "decided", DECIDE, by_another=True, during=ALWAYS),
    Transition(_K.DECISION, Act.SEND_BACK, "submitted", "sent_back", DECIDE, ("answer",), by_another=True, during=ALWAYS),
    *_approved(_K.ASSESSMENT, "needs", approved="approved", case_to=CaseState.ACTIVE),
    *_approved(_K.PLAN, "aim", "agreed", approved="approved", case_to=CaseState.ACTIVE),
    Transition(_K.PLAN, Act.END, "approved", "ended", case_to=CaseState.FOLLOW_UP),
    *_done_or_not(_K.GOAL, "goal", waits="open", done="met"),
    Transition(_K.GOAL, Act.FAIL, "open", "not_met"),
    Transition(_K.SERVICE, Act.WRITE, NOT_YET, "planned", needs=("service_type",), case_to=CaseState.ACTIVE),
    Transition(_K.SERVICE, Act.CHANGE, "planned", "planned", needs=("service_type",)),
    Transition(_K.SERVICE, Act.START, "planned", "under_way"),
    Transition(_K.SERVICE, Act.COMPLETE, "planned", "given", needs=("date",)),
    Transition(_K.SERVICE, Act.COMPLETE, "under_way", "given", needs=("date",)),
    Transition(_K.SERVICE, Act.FAIL, "under_way", "not_given"),
    Transition(_K.SERVICE, Act.CANCEL, "planned", "cancelled"),
    Transition(_K.REFERRAL, Act.WRITE, NOT_YET, "draft", needs=("provider",), during=REFERRED),
    Transition(_K.REFERRAL, Act.CHANGE, "draft", "draft", needs=("provider",), during=REFERRED),
    Transition(_K.REFERRAL, Act.SEND, "draft", "sent", needs=("provider", "reason"), during=REFERRED),
    Transition(_K.REFERRAL, Act.ACCEPT, "sent", "accepted", during=REFERRED),
    Transition(_K.REFERRAL, Act.REJECT, "sent", "rejected", needs=("answer",), during=REFERRED),
    Transition(_K.REFERRAL, Act.COMPLETE, "accepted", "done", during=REFERRED),
    Transition(_K.REFERRAL, Act.REVOKE, "sent", "revoked", needs=("answer",), during=ALWAYS),
    Transition(_K.REFERRAL, Act.REVOKE, "accepted", "revoked", needs=("answer",), during=ALWAYS),
    Transition(_K.REFERRAL, Act.CANCEL, "draft", "cancelled", during=REFERRED),
    Transition(_K.TRANSFER, Act.WRITE, NOT_YET, "requested", needs=("unit", "reason")),
    Transition(_K.TRANSFER, Act.ACCEPT, "requested", "accepted", APPROVE, by_another=True),
    Transition(_K.TRANSFER, Act.REJECT, "requested", "rejected", APPROVE, ("answer",), by_another=True),
    Transition(_K.TRANSFER, Act.REVOKE, "requested", "revoked"),
    *_done_or_not(_K.VISIT, waits="planned", done="done"),
    Transition(_K.VISIT, Act.FAIL, "planned", "missed"),
    Transition(_K.RETURN, Act.WRITE, NOT_YET, "counselling", needs=("country",)),
    Transition(_K.RETURN, Act.CHANGE, "counselling", "counselling", needs=("country",)),
    Transition(_K.RETURN, Act.AGREE, "counselling", "agreed", needs=("voluntary", "counselled"), only_yes=("voluntary",)),
    Transition(_K.RETURN, Act.DEPART, "agreed", "departed", needs=("departed",)),
    Transition(_K.RETURN, Act.ARRIVE, "departed", "reintegrating", needs=("arrived",), case_to=CaseState.FOLLOW_UP),
    Transition(_K.RETURN, Act.COMPLETE, "reintegrating", "completed", needs=("reintegration",)),
    Transition(_K.RETURN, Act.CANCEL, "counselling", "cancelled"),
    Transition(_K.RETURN, Act.CANCEL, "agreed", "cancelled"),
    *_done_or_not(_K.TASK, "task", waits="open", done="done"),
    Transition(_K.NOTE, Act.WRITE, NOT_YET, "written", needs=("text",), during=ALWAYS),
    Transition(_K.NOTE, Act.CHANGE, "written", "written", needs=("text",), during=ALWAYS),
    Transition(_K.FLAG, Act.WRITE, NOT_YET, "raised", needs=("reason",), during=ALWAYS),
    Transition(_K.FLAG, Act.COMPLETE, "raised", "cleared", during=ALWAYS),
    Transition(_K.CLOSURE, Act.SUBMIT, NOT_YET, "submitted", needs=("outcome", "reason"), approval=Approval.ASKED),
    Transition(_K.CLOSURE, Act.SETTLE, NOT_YET, "closed", needs=("outcome", "reason"), approval=Approval.NOT_ASKED),
    Transition(_K.CLOSURE, Act.APPROVE, "submitted", "closed", APPROVE, by_another=True),
    Transition(_K.CLOSURE, Act.SEND_BACK, "submitted", "sent_back", APPROVE, ("answer",), by_another=True),
    Transition(_K.CLOSURE, Act.REOPEN, "closed", "reopened", needs=("reopening",), during=CLOSED, case_to=CaseState.ACTIVE),
    # Whatever is changed in a report, signed or approved, is a draft again. Courts ask after a case was closed, too.
    Transition(_K.REPORT, Act.WRITE, NOT_YET, "draft", needs=REPORTED, during=ALWAYS),
    *(
        Transition(_K.REPORT, Act.CHANGE, before, "draft", needs=REPORTED, during=ALWAYS)
        for before in ("draft", "approved", "signed")
    ),
    Transition(_K.REPORT, Act.SUBMIT, "draft", "submitted", approval=Approval.ASKED, during=ALWAYS),
    Transition(_K.REPORT, Act.APPROVE, "submitted", "approved", APPROVE, by_another=True, during=ALWAYS),
    Transition(_K.REPORT, Act.SEND_BACK, "submitted", "draft", APPROVE, ("answer",), by_another=True, during=ALWAYS),
    Transition(_K.REPORT, Act.SIGN, "approved", "signed", needs=("signed_as",), during=ALWAYS),
    Transition(_K.REPORT, Act.SIGN, "draft", "signed", needs=("signed_as",), approval=Approval.NOT_ASKED, during=ALWAYS),
    Transition(_K.REPORT, Act.REVOKE, "signed", "revoked", needs=("answer",), during=ALWAYS),
    Transition(_K.REPORT, Act.CANCEL, "draft", "cancelled", during=ALWAYS),
    Transition(_K.EARLIER_CASE, Act.WRITE, NOT_YET, "linked", needs=("earlier", "again"), during=ALWAYS),
    Transition(_K.EARLIER_CASE, Act.CANCEL, "linked", "cancelled", during=ALWAYS),
)
_FOUND: Final[Mapping[tuple[EntryKind, Act, str], Transition]] = {(it.kind, it.act, it.before): it for it in TRANSITIONS}

# Acts by which somebody judges what another wrote, and does not become its author.
JUDGING: Final = frozenset((it.kind, it.act) for it in TRANSITIONS if it.by_another)


def find_transition(kind: EntryKind, act: Act, before: str) -> Transition | None:
    """The row for this act on an entry of this kind in this state; None where it is impossible."""
    return _FOUND.get((kind, act, before))


def acts_from(kind: EntryKind, state: str) -> list[Transition]:
    """What can be done with an entry of this kind in this state."""
    return [it for it in TRANSITIONS if (it.kind, it.before) == (kind, state)]


def waits_for_another(kind: EntryKind, state: str) -> bool:
    """Whether an entry of this kind in this state is decided by somebody who did not write it."""
    return any(it.by_another for it in acts_from(kind, state))
