"""Whom a week counts: the interviews of the week, who belongs to their households, and who of them may be counted.

Left out are those whose key is destroyed, and those who said no to statistics, in this record or in one that is linked with it;
and interviews that a supervisor holds back or rejected (`casework.reviewing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.models import Case, HouseholdMember, HouseholdRole, Interview, InterviewKind, KeyKind, Person, StoredKey
from casework.store.linked_persons import answering_for
from core.audit import Purpose
from core.database import among
from core.week import Week
from ingest.reviews import chains_left_out

__all__ = ["InterviewOfWeek", "WhomToCount", "whom_to_count"]


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
class WhomToCount:
    """The interviews of a week; by household, its other members; by person, the version of the record, and as whom they count:
    the record that answers for them. Only persons who may be counted are in `counted`."""

    interviews: Sequence[InterviewOfWeek]
    members: Mapping[UUID, Sequence[UUID]]
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
        rows += [f"{person} {self.versions[person]} {other}" for person, other in self.counted.items()]
        return sha256("\n".join(sorted(rows)).encode()).digest()


def whom_to_count(session: Session, operation: str, week: Week) -> WhomToCount:
    """Whom a week counts at this moment (zone casework); nothing is opened."""
    columns = (Interview.id, Interview.row_version, Interview.kind, Interview.submission, Case.id, Case.person, Case.household)
    of_week = select(*columns, Interview.chain).join(Case, Interview.case == Case.id).order_by(Interview.id)
    of_week = of_week.where(Interview.operation == operation, Interview.week == str(week))
    left_out = chains_left_out(session, operation)
    interviews = [InterviewOfWeek(*row[:-1]) for row in session.execute(of_week) if row.chain not in left_out]
    members = _members(session, interviews)
    versions = _versions(session, {one.person for one in interviews} | {each for all_of in members.values() for each in all_of})
    answering = answering_for(session, usable(session, versions.keys(), Purpose.STATISTICS))
    return WhomToCount(interviews, members, versions, answering)


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
