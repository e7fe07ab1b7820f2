"""The answers of a person that go with a referral: by the fields named, and nothing that whoever asks is kept from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.models import Interview, Person
from casework.store.kept_key import KeptKey
from casework.store.need_to_know import kept_parts
from casework.store.seal_record import open_parts
from forms import RecordPart

__all__ = ["ToldAnswer", "told_answers"]


@dataclass(frozen=True)
class ToldAnswer:
    """An answer of the person's record, by part and question."""

    part: RecordPart
    question: str
    value: Any = field(repr=False)


def told_answers(session: Session, key: KeptKey, person: Person, case: UUID, fields: Sequence[str]) -> list[ToldAnswer]:
    """The answers to these fields: as they stand on the person, else in the newest interview of this case that answers them."""
    kept, asked = kept_parts(session, person), [field.partition("/")[::2] for field in fields]
    parts = {RecordPart(part) for part, _ in asked if part not in kept}
    interviews = session.scalars(select(Interview).where(Interview.case == case).order_by(Interview.admitted_at.desc()))
    sources = [open_parts(row, key, parts) for row in (person, *interviews)] if parts else []
    return [
        ToldAnswer(RecordPart(part), question, answer)
        for part, question in asked
        if RecordPart(part) in parts
        for answer in [next((one[RecordPart(part)][question] for one in sources if one[RecordPart(part)].get(question)), None)]
        if answer is not None
    ]
