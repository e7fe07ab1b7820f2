"""A phone sends an edit of a record that somebody has corrected by hand: what was corrected stays, until somebody decides.

Where the phone repeats what it said before the correction, nothing is to decide. Where it now says something else, the edit is
written as the record's next version and the corrected answers are put back as the one after it: history holds what the phone
said, the record holds the correction, and the record's page says that the two differ until somebody corrects it again or says
that the correction stays (`casework.rights.confirm_correction`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.admission.sort_answers import Parts
from casework.errors import RecordUnknown
from casework.models import KeyKind, Person, SealedRecord
from casework.rights.keep_former import FormerAnswers, keep_former, open_former
from casework.rights_models import FormerVersion
from casework.store.bulk_limit import count_reading
from casework.store.compare_clear import may_stand
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import persons_of
from casework.store.need_to_know import readable_parts
from casework.store.seal_record import Vault, open_parts, seal_parts, stored_key
from casework.store.what_is_listed import FORMER_VERSION
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["EditToDecide", "edits_to_decide", "waiting_edits", "write_edit"]

FORMER: Final = (
    select(FormerVersion)
    .where(FormerVersion.person == bindparam("person"))
    .order_by(FormerVersion.record, FormerVersion.row_version)
)
KEPT: Final = "kept-corrections"  # as who changed a version: the program, which put back what was corrected
Question = tuple[RecordPart, str]


@dataclass(frozen=True)
class EditToDecide:
    """An edit from a phone that says something else than what was corrected by hand. `of` is `person` or `interview`."""

    of: str
    record: UUID
    at: datetime


@dataclass(frozen=True)
class _Correction:
    """What the phone had said, and what somebody made of it; None where it is not answered."""

    said: Any
    corrected: Any


def write_edit(vault: Vault, row: SealedRecord, key: KeptKey, parts: Parts, *, person: UUID, changed_by: str) -> Parts:
    """Write an edit over what the record says, without what was corrected by hand; what the record says now.

    Raises `CiphertextRefused`.
    """
    by_hand = _corrections(vault, row, key)
    repeated = {question for question, one in by_hand.items() if _answer(parts, question) == one.said}
    edited = _with_corrections(parts, {question: by_hand[question] for question in repeated})
    kept = _with_corrections(edited, by_hand)
    _next_version(vault, row, key, edited, person=person, changed_by=changed_by)
    if kept != edited:
        _next_version(vault, row, key, kept, person=person, changed_by=KEPT)
    return kept


def edits_to_decide(session: Session, ring: KeyRing, person_id: UUID, *, purpose: Purpose) -> list[EditToDecide]:
    """The edits against which corrections were kept and on which nobody has decided since, by correcting once more or by saying
    that the correction stays.

    Nothing of what they say. For whoever may read some part of the record; raises `RecordUnknown`, `ReadTooMany` or
    `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    if not readable_parts(session, person):
        return []
    count_reading(session, [person_id])
    vault = Vault(session, ring, person.operation)
    waiting = [edit for linked in persons_of(session, person_id) for edit in waiting_edits(vault, linked)]
    detail = {"former_versions": len(waiting)}
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, count=len(waiting), detail=detail)
    return waiting


def waiting_edits(vault: Vault, person: UUID) -> list[EditToDecide]:
    """The same of one record, for callers who asked for the right and leave the line."""
    rows = vault.session.scalars(FORMER, {"person": person}).all() if may_stand(vault.session, person, FORMER_VERSION) else []
    if not any(row.changed_by == KEPT for row in rows):
        return []
    key, waiting = stored_key(vault, person, KeyKind.PERSON), dict[UUID, EditToDecide]()
    for row in rows:
        if row.changed_by == KEPT:
            waiting[row.record] = EditToDecide(row.of, row.record, row.changed_at)
        elif _by_hand(open_former(row, key, ())):
            waiting.pop(row.record, None)
    return list(waiting.values())


def _corrections(vault: Vault, row: SealedRecord, key: KeptKey) -> Mapping[Question, _Correction]:
    """By question, the last correction by hand."""
    versions = vault.session.scalars(
        select(FormerVersion).where(FormerVersion.record == row.id).order_by(FormerVersion.row_version)
    )
    former = [open_former(version, key, list(RecordPart)) for version in versions]
    if not any(_by_hand(one) for one in former):
        return {}
    corrected: dict[Question, _Correction] = {}
    now_said = open_parts(row, key, list(RecordPart))
    for (before, changed), (after, _) in pairwise([*((one.parts, one) for one in former), (now_said, None)]):
        if changed is None or not (_by_hand(changed) or changed.changed_by == KEPT):
            continue
        for question in _differing(before, after):
            earlier = corrected.get(question)
            said = earlier.said if earlier and changed.changed_by != KEPT else _answer(before, question)
            corrected[question] = _Correction(said, _answer(after, question))
    return corrected


def _by_hand(former: FormerAnswers) -> bool:
    """Whoever corrects says why; a phone does not."""
    return bool(former.reason)


def _differing(one: Parts, other: Parts) -> Iterator[Question]:
    for part in RecordPart:
        for name in dict.fromkeys([*one.get(part, {}), *other.get(part, {})]):
            if _answer(one, (part, name)) != _answer(other, (part, name)):
                yield part, name


def _answer(parts: Parts, question: Question) -> Any:
    part, name = question
    return parts.get(part, {}).get(name)


def _with_corrections(parts: Parts, corrections: Mapping[Question, _Correction]) -> dict[RecordPart, dict[str, Any]]:
    said = {part: dict(answers) for part, answers in parts.items()}
    for (part, name), correction in corrections.items():
        said.setdefault(part, {})[name] = correction.corrected
    return {part: {name: answer for name, answer in answers.items() if answer is not None} for part, answers in said.items()}


def _next_version(vault: Vault, row: SealedRecord, key: KeptKey, parts: Parts, *, person: UUID, changed_by: str) -> None:
    keep_former(vault, row, key, person=person, changed_by=changed_by)
    row.row_version += 1
    seal_parts(row, key, parts)
