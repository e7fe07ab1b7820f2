"""The steps of a case as they are sealed, and how a step that is missing, moved or changed is found."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file_models import Act, CaseEntry, CaseStep, EntryKind
from casework.errors import CaseFileDamaged
from casework.models import Case, Person
from casework.store.kept_key import KeptKey
from casework.store.seal_record import written
from casework.store.sealed_step import SealedStep
from casework.store.weeks_of_steps import weeks_of
from core.sealing.envelope import Binding

__all__ = ["open_steps", "seal_step"]

TABLE: Final = "casework.case_step"
FILE: Final = UUID("6d0c8f2e-0f6b-4a86-9b50-7f1f9a0b3c11")  # in which the row that counts a case's steps is named


def seal_step(key: KeptKey, case: Case, step: SealedStep) -> CaseStep:
    """The row of a step, which from now on is the last of its case."""
    content = {
        "id": str(step.id),
        "entry": str(step.entry),
        "kind": step.kind.value,
        "act": step.act.value,
        "state": step.state,
        "by": step.by,
        "at": step.at.isoformat(),
        "due": step.due.isoformat() if step.due else None,
        "assignee": step.assignee,
        "marks": step.marks.hex() if step.marks else None,
        "fields": dict(step.fields),
    }
    key.note(uuid5(FILE, str(case.id)), step.number)
    return CaseStep(
        id=step.id,
        person=case.person,
        case=case.id,
        entry=step.entry,
        operation=case.operation,
        number=step.number,
        content=key.seal(written(content), _where(case.id, step.number)),
    )


def open_steps(session: Session, key: KeptKey, case: Case) -> list[SealedStep]:
    """All steps of a case in their order, compared with how many the key lists and with where the entries stand.

    Raises `CaseFileDamaged`, `CiphertextRefused` or `OldVersion`.
    """
    rows = session.scalars(select(CaseStep).where(CaseStep.case == case.id).order_by(CaseStep.number)).all()
    listed = key.listed(key.row.versions).get(uuid5(FILE, str(case.id)), 0)
    if [row.number for row in rows] != list(range(1, listed + 1)):
        raise CaseFileDamaged(case=case.id, what="a step is missing, or one was put in")
    steps = [_open(key, case, row) for row in rows]
    _compare(session, case, steps)
    return steps


def _open(key: KeptKey, case: Case, row: CaseStep) -> SealedStep:
    said = json.loads(key.open(row.content, _where(case.id, row.number)))
    if (said["id"], said["entry"]) != (str(row.id), str(row.entry)):
        raise CaseFileDamaged(case=case.id, what=f"step {row.number} stands under another id or with another entry")
    return SealedStep(
        id=row.id,
        number=row.number,
        entry=row.entry,
        kind=EntryKind(said["kind"]),
        act=Act(said["act"]),
        state=said["state"],
        by=said["by"],
        at=datetime.fromisoformat(said["at"]),
        due=date.fromisoformat(said["due"]) if said["due"] else None,
        assignee=said["assignee"],
        marks=bytes.fromhex(marks) if (marks := said.get("marks")) else None,  # an earlier version of this program wrote none
        fields=said["fields"],
    )


def _compare(session: Session, case: Case, steps: Sequence[SealedStep]) -> None:
    """What lists see of the case and of its entries is what the person's record and their newest steps say."""
    lies = select(Person.custody, Case.custody).join(Case, Case.person == Person.id).where(Case.id == case.id)
    entries_lie = select(CaseEntry.custody).where(CaseEntry.case == case.id)
    if len({*session.execute(lies).one(), *session.scalars(entries_lie)}) > 1:
        raise CaseFileDamaged(case=case.id, what="it lies in another custody than its person")
    taken: dict[UUID, list[SealedStep]] = {}
    for step in steps:
        taken.setdefault(step.entry, []).append(step)
    newest = {entry: _said(of_entry) for entry, of_entry in taken.items()}
    columns = CaseEntry.id, CaseEntry.kind, CaseEntry.state, CaseEntry.due, CaseEntry.assignee, CaseEntry.changed_at
    beside = CaseEntry.author_marks, CaseEntry.week, CaseEntry.week_after
    standing = {row[0]: tuple(row[1:]) for row in session.execute(select(*columns, *beside).where(CaseEntry.case == case.id))}
    for entry, row in standing.items():
        if row[-2] is None and entry in newest:  # of an earlier version of this program, which has filed it under no week
            newest[entry] = (*newest[entry][:-2], None, row[-1])
    if standing != newest:
        entry = next(one for one in standing.keys() | newest.keys() if standing.get(one) != newest.get(one))
        raise CaseFileDamaged(case=case.id, what=f"entry {entry} stands otherwise than its newest step says")


def _said(of_entry: Sequence[SealedStep]) -> tuple[object, ...]:
    """What stands in clear of an entry, as its steps say it."""
    last = of_entry[-1]
    return (last.kind.value, last.state, last.due, last.assignee, last.at, last.marks, *weeks_of(of_entry))


def _where(case: UUID, number: int) -> Binding:
    return Binding(TABLE, case, "content", number)
