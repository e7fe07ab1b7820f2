"""Write a phone's list of cases: the CSV file of an entity list (ODK XForms Entities, version 2024.1).

The label is the case's reference and never a name: it is what the worker wrote on the folder. Other columns are the properties
that may travel (`casework.follow_up.properties`). Each row is opened for this one file, which lives in memory only.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.admission.named_case import LIST_NAME, REFERENCE
from casework.follow_up.offered_cases import OfferedCase, offered_cases
from casework.follow_up.properties import Properties, properties_of, said_properties
from casework.models import Interview, InterviewKind, Person
from casework.store.bulk_limit import count_reading
from casework.store.kept_key import KeptKey
from casework.store.need_to_know import readable_parts_of_each, require_among
from casework.store.seal_record import Vault, open_parts, stored_keys
from casework.store.week_of_interview import INTERVIEW_DATE
from core.access import access_of
from core.audit import Action, Purpose, record
from core.database import among
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["LIST_FILE", "NOBODYS_LIST", "write_list"]

LIST_FILE: Final = f"{LIST_NAME}.csv"  # by which forms refer to it
COLUMNS: Final = ("name", "label", "__version")
NOBODYS_LIST: Final = b"name,label,__version\n"
Parts = Mapping[RecordPart, Mapping[str, Any]]


def write_list(session: Session, ring: KeyRing, carried: Collection[RecordPart]) -> bytes:
    """UTF-8 CSV: `name` (the entity's id), `label` (the reference), `__version`, and each property by name.

    One line of the audit log says who fetched it and of whom. Raises `NotAllowed`, `ReadTooMany`, and what keys and rows raise
    that are not as the program wrote them. A person whose key is gone was erased meanwhile, and is left out.
    """
    operation, cases = access_of(session).operation, offered_cases(session)
    properties = properties_of(session, operation, carried)
    parts = _parts_of(properties)
    persons = _persons(session, {case.person for case in cases}, parts)
    count_reading(session, persons)
    keys = stored_keys(Vault(session, ring, operation), persons) if persons else {}
    followed = _interviews(session, [case.id for case in cases]) if properties else {}
    told = {
        case: _told(persons[case.person], followed.get(case.id, ()), keys[case.person], parts)
        for case in cases
        if case.person in keys
    }
    detail = {"parts": [part.value for part in parts], "persons": sorted(str(person) for person in keys)}
    record(session, Action.READ, "casework.case", purpose=Purpose.ASSISTANCE, count=len(told), detail=detail)
    return _written(properties, told)


def _parts_of(properties: Properties) -> list[RecordPart]:
    """What has to be opened: the reference is part of the identity, and the day of an interview one of its facts."""
    saved = {part for sources in properties.values() for part, _ in sources}
    return sorted({RecordPart.IDENTITY, RecordPart.FACTS} | saved if saved else {RecordPart.IDENTITY})


def _persons(session: Session, wanted: Collection[UUID], parts: Collection[RecordPart]) -> dict[UUID, Person]:
    rows = {row.id: row for row in session.scalars(select(Person).where(among(Person.id, wanted)))} if wanted else {}
    for person, readable in readable_parts_of_each(session, rows.values()).items() if rows else ():
        require_among(person, parts, readable)
    return rows


def _interviews(session: Session, cases: Collection[UUID]) -> Mapping[UUID, list[Interview]]:
    """The assistance interviews of each case that has any."""
    found: dict[UUID, list[Interview]] = {}
    wanted = among(Interview.case, cases), Interview.kind == InterviewKind.ASSISTANCE.value
    for interview in session.scalars(select(Interview).where(*wanted)):
        found.setdefault(interview.case, []).append(interview)
    return found


def _told(person: Person, followed: Collection[Interview], key: KeptKey, parts: Collection[RecordPart]) -> list[Parts]:
    """What is told of a case, the oldest first: the person's own record, then the interviews that followed."""
    later = [(interview, open_parts(interview, key, parts)) for interview in followed]
    return [open_parts(person, key, parts), *_in_order(later)]


def _in_order(opened: Iterable[tuple[Interview, Parts]]) -> list[Parts]:
    """By their own dates, as the case's state is: phones send late, and not in order."""

    def held(told: tuple[Interview, Parts]) -> tuple[str, object]:
        return str(told[1][RecordPart.FACTS].get(INTERVIEW_DATE, "")), told[0].admitted_at

    return [parts for _, parts in sorted(opened, key=held)]


def _written(properties: Properties, told: Mapping[OfferedCase, list[Parts]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *properties))
    for case, records in told.items():
        said = said_properties(properties, records)
        reference = records[0][RecordPart.IDENTITY].get(REFERENCE, "")
        writer.writerow((case.id, reference, case.version, *(said.get(name, "") for name in properties)))
    return text.getvalue().encode()
