"""What came of a screening, as its case says at the moment at which its week is counted."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from casework.case_file_models import EntryKind
from casework.counting.case_facts import DECISIONS
from casework.store.sealed_step import SealedStep

__all__ = ["outcome_of"]

ACCEPTED, REFERRED, NOT_ELIGIBLE, NOT_WANTED, UNDECIDED = DECISIONS
ANSWERED: Final = {"yes": ACCEPTED, "no": NOT_ELIGIBLE}


def outcome_of(steps: Sequence[SealedStep], said: Mapping[str, str]) -> str:
    """By the newest decision of the case file; where none was taken and none waits for a second opinion, by what the interview
    answered."""
    fields: dict[UUID, dict[str, object]] = {}
    outcome = ""
    for step in (one for one in steps if one.kind is EntryKind.DECISION):
        entry = fields.setdefault(step.entry, {})
        entry.update(step.fields)
        if step.state == "decided":
            outcome = _decided(entry)
        elif step.state == "submitted":
            outcome = outcome or UNDECIDED
    return outcome or ANSWERED.get(said.get("eligible", ""), UNDECIDED)


def _decided(fields: Mapping[str, object]) -> str:
    unwanted = fields.get("wants_assistance") == "no"
    if fields.get("eligible") == "yes" and not unwanted:
        return ACCEPTED
    if fields.get("outcome") == "refer":
        return REFERRED
    return NOT_WANTED if fields.get("eligible") == "yes" else NOT_ELIGIBLE
