"""The records of an export opened batch by batch, with only the fields that were approved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.errors import KeyDestroyed
from casework.exporting.may_leave import AT_ONCE, Leaving
from casework.models import Case, Interview, KeyKind, Person
from casework.store.seal_record import Vault, open_parts, stored_keys
from forms import RecordPart

__all__ = ["OpenedInterview", "OpenedPerson", "open_records"]


@dataclass(frozen=True)
class OpenedInterview:
    """One interview; `values` by field."""

    kind: str
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class OpenedPerson:
    """One person; `values` by field, without those that may not leave or were not answered."""

    person: UUID
    values: Mapping[str, Any] = field(repr=False)
    interviews: tuple[OpenedInterview, ...] = field(repr=False)


def open_records(vault: Vault, leaving: Sequence[Leaving], fields: Sequence[str]) -> Iterator[OpenedPerson]:
    """In the order given, at most 200 open at a time; raises `KeyDestroyed` or `CiphertextRefused`."""
    for at in range(0, len(leaving), AT_ONCE):
        yield from _opened(vault, leaving[at : at + AT_ONCE], fields)


def _opened(vault: Vault, leaving: Sequence[Leaving], fields: Sequence[str]) -> Iterator[OpenedPerson]:
    ids = [one.person for one in leaving]
    persons = {row.id: row for row in vault.session.scalars(select(Person).where(Person.id.in_(ids)))}
    keys = stored_keys(vault, ids)
    interviews: dict[UUID, list[Interview]] = {person: [] for person in ids}
    theirs = select(Case.person, Interview).join(Case, Interview.case == Case.id).where(Case.person.in_(ids))
    for person, interview in vault.session.execute(theirs.order_by(Interview.admitted_at, Interview.id)):
        interviews[person].append(interview)
    for one in leaving:
        key = keys.get(one.person)
        if key is None or one.person not in persons:
            raise KeyDestroyed(kind=KeyKind.PERSON.value, record=one.person)
        told = tuple(
            OpenedInterview(row.kind, values)
            for row in interviews[one.person]
            if (values := _chosen(open_parts(row, key, one.parts), fields))
        )
        yield OpenedPerson(one.person, _chosen(open_parts(persons[one.person], key, one.parts), fields), told)


def _chosen(parts: Mapping[RecordPart, Mapping[str, Any]], fields: Sequence[str]) -> dict[str, Any]:
    answered = {f"{part.value}/{question}": answer for part, answers in parts.items() for question, answer in answers.items()}
    return {field: answered[field] for field in fields if field in answered}
