"""A partner's answer to a referral that is open to them: a step in the case file, which they need not know of."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.step import Step
from casework.case_file.take_step import take_step
from casework.case_file_models import Act, CaseEntry, EntryKind
from core.access import NotAllowed, require
from core.audit import Purpose
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["GivenAnswer", "give_answer"]


@dataclass(frozen=True)
class GivenAnswer:
    """Accept, reject or complete. `seen` is the number of the step that was read; the same `id` again changes nothing."""

    act: Act
    words: str = field(repr=False)
    seen: int
    id: UUID


def give_answer(session: Session, ring: KeyRing, entry_id: UUID, given: GivenAnswer) -> None:
    """Raises `NotAllowed`, also where there is no such referral, `RecordRestricted`, `ReadTooMany`, `StepImpossible`,
    `EntryChanged`, `FieldsMissing`, `FieldUnfit`, or what `open_steps` raises."""
    subject = f"casework.case_entry:{entry_id}"
    require(session, Right.ANSWER_REFERRAL, subject=subject)
    entry = session.get(CaseEntry, entry_id)
    if entry is None:
        raise NotAllowed(Right.ANSWER_REFERRAL, subject)
    step = Step(EntryKind.REFERRAL, given.act, entry_id, {"answer": given.words}, seen=given.seen, id=given.id)
    take_step(session, ring, entry.case, step, purpose=Purpose.REFERRAL)
