"""A case file as a screen shows it: every entry with where it stands, what it says, and what can be done with it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.case_file.earlier_case import OtherCase, other_cases
from casework.case_file.kinds import PART_OF, parts_of
from casework.case_file.report_marks import may_read_all, readable_of
from casework.case_file.take_step import authors_of, is_asked
from casework.case_file.transitions import NOT_YET, Transition, acts_from
from casework.case_file_models import Act, EntryKind
from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, CaseState, KeyKind, Person, ScreeningOutcome
from casework.programme import Programme, programme_in_force
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import readable_parts
from casework.store.seal_record import Vault, stored_key
from casework.store.seal_steps import open_steps
from casework.store.sealed_step import SealedStep
from core.access import Access, Custody, NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.clear_columns import code_in, custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["CaseFile", "Entry", "read_case_file"]

TEXT: Final = "text"  # of a report
SCREENED: Final = frozenset({CaseState.ELIGIBLE, CaseState.NOT_ELIGIBLE})
REFERENCE: Final = "reference"  # of a case that was opened at a desk


@dataclass(frozen=True)
class Entry:
    """An entry of a case file. `fields` is None where the account may not read the part of the record that it belongs to.

    `acts` are what this account can do with it at this moment; `steps` all that was done, the oldest first.
    """

    id: UUID
    kind: EntryKind
    state: str
    due: date | None
    assignee: str | None
    number: int  # of its newest step: what a next step says it has `seen`
    steps: tuple[SealedStep, ...] = field(repr=False)
    acts: tuple[Act, ...]
    fields: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True)
class CaseFile:
    """A case, its entries in the order in which they were begun, and by kind how a new one can be begun now."""

    case: UUID
    person: UUID
    custody: Custody
    state: CaseState
    screening_outcome: ScreeningOutcome
    opened_at: datetime
    entries: tuple[Entry, ...]
    begin: Mapping[EntryKind, tuple[Act, ...]]
    others: tuple[OtherCase, ...]  # of the same person, the oldest first

    @property
    def before(self) -> tuple[OtherCase, ...]:
        """The cases that the person had before this one."""
        return tuple(one for one in self.others if one.opened_at < self.opened_at)

    @property
    def assisted_before(self) -> tuple[OtherCase, ...]:
        """Those of them in which more was done than to screen."""
        return tuple(one for one in self.before if one.state not in SCREENED)


def read_case_file(session: Session, ring: KeyRing, case_id: UUID, *, report: UUID | None = None, purpose: Purpose) -> CaseFile:
    """The whole file of a case; of entries in parts that are closed to the account only that they are there.

    What reports say is left out of it, but for that of `report`: each reading of one is a line of its own.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `ReadTooMany`, or what `open_steps` raises.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    person = session.get_one(Person, case.person)
    readable = readable_parts(session, person)
    access = access_of(session)
    if not readable or not access.may(Right.READ_CASE_FILE):
        raise NotAllowed(Right.READ_CASE_FILE, f"casework.case:{case_id}")
    require_unrestricted(session, person.id, purpose)
    count_reading(session, [person.id])
    key = stored_key(Vault(session, ring, case.operation), person.id, KeyKind.PERSON)
    steps = open_steps(session, key, case)
    record(session, Action.READ, f"casework.case:{case_id}", purpose=purpose, detail={"steps": len(steps)})
    can = _Can(case, access, custody_of(person), programme_in_force(session), readable, readable_of(session, person))
    by_entry: dict[UUID, list[SealedStep]] = {}
    for step in steps:
        by_entry.setdefault(step.entry, []).append(step)
    entries = tuple(_entry(can, taken, report) for taken in by_entry.values())
    if any(one.id == report and one.fields for one in entries if one.kind is EntryKind.REPORT):
        record(session, Action.READ, f"casework.case:{case_id}", purpose=purpose, detail={"entry": str(report)})
    return CaseFile(
        case=case.id,
        person=person.id,
        custody=can.custody,
        state=code_in(case, "state", CaseState),
        screening_outcome=code_in(case, "screening_outcome", ScreeningOutcome),
        opened_at=case.opened_at,
        entries=entries,
        begin={kind: acts for kind in EntryKind if (acts := can.do(kind, NOT_YET, ()))},
        others=tuple(other_cases(session, case)),
    )


@dataclass(frozen=True)
class _Can:
    """Whose account looks at which case, and what it can do there."""

    case: Case
    access: Access
    custody: Custody
    programme: Programme
    readable: frozenset[RecordPart]
    of_reports: frozenset[str]

    def do(self, kind: EntryKind, state: str, taken: Sequence[SealedStep]) -> tuple[Act, ...]:
        authors = authors_of(taken)
        return tuple(row.act for row in acts_from(kind, state) if self._may(row, authors))

    def _may(self, row: Transition, authors: set[str]) -> bool:
        return (
            self.case.state in row.during
            and is_asked(row, self.programme)
            and self.readable.issuperset(parts_of(row.kind))
            and self.access.may(row.right, self.custody)
            and not (row.by_another and self.access.actor in authors)
        )


def _entry(can: _Can, taken: Sequence[SealedStep], report: UUID | None) -> Entry:
    newest = taken[-1]
    fields = {name: value for step in taken for name, value in step.fields.items()}
    shown = PART_OF[newest.kind] in can.readable and may_read_all(fields, can.of_reports)
    closed = _closed(can, newest, report)
    return Entry(
        id=newest.entry,
        kind=newest.kind,
        state=newest.state,
        due=newest.due,
        assignee=newest.assignee,
        number=newest.number,
        steps=tuple(replace(step, fields=_but(closed, step.fields)) for step in taken) if shown else (),
        acts=can.do(newest.kind, newest.state, taken) if may_read_all(fields, can.of_reports) else (),
        fields=_but(closed, fields) if shown else None,
    )


def _closed(can: _Can, newest: SealedStep, report: UUID | None) -> str:
    """The one field that is not shown here: the words of a report that was not asked for, a reference to who may not read who
    the person is."""
    if newest.kind is EntryKind.REPORT and newest.entry != report:
        return TEXT
    return "" if RecordPart.IDENTITY in can.readable else REFERENCE


def _but(closed: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in fields.items() if name != closed}
