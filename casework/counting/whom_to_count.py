"""Whom a week counts: its interviews, who belongs to their households, the cases in which something was done, and who of all
these may be counted.

Left out are those whose key is destroyed, and those who said no to statistics, in this record or in one that is linked with it;
and interviews that a supervisor holds back or rejected (`casework.reviewing`), and the cases that such a screening opened.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry
from casework.consent.consents import usable
from casework.models import Case, HouseholdMember, HouseholdRole, Interview, InterviewKind, KeyKind, Person, StoredKey
from casework.store.linked_persons import answering_for
from casework.store.weeks_of_steps import COUNTED_KINDS
from core.audit import Purpose
from core.database import among
from core.periods.week import Week
from ingest.reviews import chains_left_out

__all__ = ["CaseOfWeek", "InterviewOfWeek", "WhomToCount", "whom_to_count"]

EDITION: Final = "3"  # of what a week's facts hold: those of another edition are built anew


@dataclass(frozen=True)
class InterviewOfWeek:
    """One interview, by which submission it came, and whose it is."""

    id: UUID
    version: int
    kind: str
    submission: UUID
    case: UUID
    person: UUID
    household: UUID


@dataclass(frozen=True)
class CaseOfWeek:
    """A case of which an interview of the week tells, or in whose file something was done in it: whose it is, the screening
    that told of them (None where there is none), all its other interviews, of whichever week, and of each entry of a kind that
    is counted what stands of it in clear."""

    id: UUID
    person: UUID
    screening: UUID | None
    assistance: Sequence[tuple[UUID, UUID, int]]  # interview, submission, version
    entries: Sequence[str]


@dataclass(frozen=True)
class WhomToCount:
    """The interviews of a week; by household, its other members; the week's cases; by person, the version of the record, and as
    whom they count: the record that answers for them. Only persons who may be counted are in `counted`."""

    interviews: Sequence[InterviewOfWeek]
    members: Mapping[UUID, Sequence[UUID]]
    cases: Sequence[CaseOfWeek]
    versions: Mapping[UUID, int]
    counted: Mapping[UUID, UUID]

    @property
    def screenings(self) -> list[InterviewOfWeek]:
        return [interview for interview in self.interviews if interview.kind == InterviewKind.SCREENING]

    @property
    def digest(self) -> bytes:
        """SHA-256 of all this: it changes with every record that comes, goes or is written anew, and with every consent."""
        rows = [f"{one.id} {one.version} {one.case} {one.person} {one.household}" for one in self.interviews]
        rows += [f"{household} {' '.join(map(str, members))}" for household, members in self.members.items()]
        rows += [f"{one.id} {one.person} {one.screening}" for one in self.cases]
        rows += [f"{told} {version}" for one in self.cases for told, _, version in one.assistance]
        rows += [entry for one in self.cases for entry in one.entries]
        rows += [f"{person} {self.versions[person]} {other}" for person, other in self.counted.items()]
        rows.append(EDITION)
        return sha256("\n".join(sorted(rows)).encode()).digest()


def whom_to_count(session: Session, operation: str, week: Week) -> WhomToCount:
    """Whom a week counts at this moment (zone casework); nothing is opened."""
    columns = (Interview.id, Interview.row_version, Interview.kind, Interview.submission, Case.id, Case.person, Case.household)
    of_week = select(*columns, Interview.chain).join(Case, Interview.case == Case.id).order_by(Interview.id)
    of_week = of_week.where(Interview.operation == operation, Interview.week == str(week))
    left_out = chains_left_out(session, operation)
    interviews = [InterviewOfWeek(*row[:-1]) for row in session.execute(of_week) if row.chain not in left_out]
    members = _members(session, interviews)
    cases = _cases(session, operation, week, {one.case for one in interviews}, left_out)
    persons = {one.person for one in interviews} | {one.person for one in cases}
    persons |= {each for all_of in members.values() for each in all_of}
    versions = _versions(session, persons)
    answering = answering_for(session, usable(session, versions.keys(), Purpose.STATISTICS))
    return WhomToCount(interviews, members, cases, versions, answering)


def _cases(session: Session, operation: str, week: Week, told: set[UUID], left_out: Collection[UUID]) -> Sequence[CaseOfWeek]:
    done = or_(CaseEntry.week == str(week), CaseEntry.week_after == str(week))
    cases = told | set(session.scalars(select(CaseEntry.case).where(CaseEntry.operation == operation, done)))
    columns = (Interview.case, Interview.kind, Interview.id, Interview.submission, Interview.row_version, Interview.chain)
    told_of = session.execute(select(*columns).where(among(Interview.case, cases)).order_by(Interview.received_at)).all()
    screened = {row.case: row for row in told_of if row.kind == InterviewKind.SCREENING}
    assisted: dict[UUID, list[tuple[UUID, UUID, int]]] = {}
    for row in told_of:
        if row.kind == InterviewKind.ASSISTANCE and row.chain not in left_out:
            assisted.setdefault(row.case, []).append((row.id, row.submission, row.row_version))
    entries: dict[UUID, list[str]] = {}
    clear = (CaseEntry.id, CaseEntry.state, CaseEntry.week, CaseEntry.week_after, CaseEntry.changed_at)
    counted = among(CaseEntry.case, cases), CaseEntry.kind.in_([kind.value for kind in COUNTED_KINDS])
    for case, *said in session.execute(select(CaseEntry.case, *clear).where(*counted)):
        entries.setdefault(case, []).append(" ".join(map(str, said)))
    owned = session.execute(select(Case.id, Case.person).where(among(Case.id, cases)).order_by(Case.id)).all()
    unread = {case for case, row in screened.items() if row.chain in left_out}
    submissions = {case: row.submission for case, row in screened.items()}
    return [
        CaseOfWeek(case, person, submissions.get(case), assisted.get(case, ()), entries.get(case, ()))
        for case, person in owned
        if case not in unread
    ]


def _members(session: Session, interviews: Sequence[InterviewOfWeek]) -> Mapping[UUID, Sequence[UUID]]:
    """By household that was screened, those who were not interviewed."""
    screened = {one.household for one in interviews if one.kind == InterviewKind.SCREENING}
    wanted = select(HouseholdMember.household, HouseholdMember.person).order_by(HouseholdMember.person)
    others = HouseholdMember.role == HouseholdRole.MEMBER.value
    members: dict[UUID, list[UUID]] = {}
    for household, person in session.execute(wanted.where(among(HouseholdMember.household, screened), others)):
        members.setdefault(household, []).append(person)
    return members


def _versions(session: Session, persons: set[UUID]) -> Mapping[UUID, int]:
    """The versions of those records whose key exists."""
    with_key = select(Person.id, Person.row_version).join(StoredKey, StoredKey.record == Person.id)
    kept = session.execute(with_key.where(among(Person.id, persons), StoredKey.kind == KeyKind.PERSON.value))
    return {person: version for person, version in kept}  # noqa: C416  (a row is no pair to mypy)
