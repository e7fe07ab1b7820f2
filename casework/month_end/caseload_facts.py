"""The caseload at the end of a month: who had an open case, and who came and went since it was last told.

Everybody counts once, however many cases and records are theirs. Opened are the facts of those who are counted and of those who
went, and nothing that names anybody; that a case was open stands in clear. Who came and who went is said only of those of whom
it is certain, for these numbers are what must not be small: somebody whose record was erased, who wants no more to be counted,
or whose codes were corrected since, went without being told of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.counting.case_facts import person_fact
from casework.counting.coarse_background import exploitation_of, nationality_of, route_of
from casework.counting.opened_records import OpenedRecords
from casework.counting.whom_to_count import CaseOfWeek, WhomToCount
from casework.models import HouseholdRole, KeyKind, Person, StoredKey
from casework.month_end.caseload_roll import Roll, keep_roll
from casework.month_end.open_at_end import CaseAtEnd, cases_at_end
from casework.store.linked_persons import answering_for
from casework.store.seal_record import Vault
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.database import among
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.permissions import Right
from forms import RecordPart

__all__ = ["CASELOAD_VARIABLES", "CaseloadFact", "CaseloadFacts", "Change", "caseload_facts"]

# What is told of persons, each in a table of its own.
CASELOAD_VARIABLES: Final = ("gender", "age", "residence", "nationality", "exploitation", "route")


class Change(StrEnum):
    """What became of somebody since the caseload was last told."""

    STAYED = "stayed"
    CAME = "came"
    WENT = "went"


@dataclass(frozen=True)
class CaseloadFact:
    """One person: whether they are still counted, and by variable (`CASELOAD_VARIABLES`) the code that they are told in."""

    change: Change
    codes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class CaseloadFacts:
    """Everybody who is counted at a month's end, and who certainly went since; without `since` it was never told before.

    `is_exact` says that nobody else went: of all who were counted then it is known what became of them, and their codes are the
    same.
    """

    month: Month
    since: Month | None
    persons: tuple[CaseloadFact, ...] = field(default=(), repr=False)
    is_exact: bool = False


def caseload_facts(
    session: Session, ring: KeyRing, operation: str, month: Month, *, since: Month | None = None
) -> CaseloadFacts:
    """Count the caseload, and keep the roll of it, for the program itself (zone casework).

    `since` is the month of which it was last told. Raises `NotAllowed` for an account; `RollChanged`; `CiphertextRefused` or
    `OldVersion` where the store was tampered with; `FormUnpublished`.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "casework.person")
    before = Roll(session, ring, operation, since) if since else None
    cases = cases_at_end(session, operation, month.weeks[-1])
    by_person = _by_person(session, cases)
    present = {person: theirs for person, theirs in by_person.items() if any(case.is_open for case in theirs)}
    gone = {person: theirs for person, theirs in by_person.items() if person not in present and _on_roll(before, theirs)}
    chosen = {person: _told_by(theirs) for person, theirs in (present | gone).items()}
    opened = OpenedRecords(Vault(session, ring, operation), month.weeks[-1], _whom(session, chosen))
    codes = {person: _codes(opened, case) for person, case in chosen.items()}
    same = {person: _same(before, theirs, codes[person]) for person, theirs in (present | gone).items()}
    facts = [CaseloadFact(_change(before, theirs), codes[person]) for person, theirs in present.items()]
    facts += [CaseloadFact(Change.WENT, codes[person]) for person in gone if same[person]]
    keep_roll(session, ring, operation, month, [(chosen[each].person, codes[each]) for each in present], since=since)
    detail = {"period": str(month), "parts": [RecordPart.FACTS.value], "by": "caseload"}
    record(session, Action.READ, "casework.person", purpose=Purpose.STATISTICS, count=len(chosen), detail=detail)
    is_exact = before is not None and sum(same.values()) == before.size
    return CaseloadFacts(month, since, tuple(facts), is_exact)


def _by_person(session: Session, cases: Sequence[CaseAtEnd]) -> Mapping[UUID, Sequence[CaseAtEnd]]:
    """By the record that answers for somebody, the cases of all of theirs: of those who may be counted."""
    persons = {case.person for case in cases}
    with_key = select(StoredKey.record).where(among(StoredKey.record, persons), StoredKey.kind == KeyKind.PERSON.value)
    answering = answering_for(session, usable(session, set(session.scalars(with_key)), Purpose.STATISTICS))
    found: dict[UUID, list[CaseAtEnd]] = {}
    for case in cases:
        if case.person in answering:
            found.setdefault(answering[case.person], []).append(case)
    return found


def _told_by(cases: Sequence[CaseAtEnd]) -> CaseAtEnd:
    """The oldest case of somebody that a screening tells of: it says who they are."""
    return next((case for case in cases if case.screening), cases[0])


def _whom(session: Session, chosen: Mapping[UUID, CaseAtEnd]) -> WhomToCount:
    counted = {case.person: person for person, case in chosen.items()}
    versions = session.execute(select(Person.id, Person.row_version).where(among(Person.id, counted.keys())))
    cases = [CaseOfWeek(case.id, case.person, case.screening, (), ()) for case in chosen.values()]
    return WhomToCount((), {}, cases, {person: version for person, version in versions}, counted)  # noqa: C416


def _codes(opened: OpenedRecords, case: CaseAtEnd) -> Mapping[str, str]:
    said = opened.said_of_owner(CaseOfWeek(case.id, case.person, case.screening, (), ()))
    fact = person_fact(0, HouseholdRole.INTERVIEWED, opened.district(said), said)
    known = fact.gender, fact.age, fact.residence, nationality_of(said), exploitation_of(said), route_of(said)
    return dict(zip(CASELOAD_VARIABLES, known, strict=True))


def _on_roll(before: Roll | None, cases: Sequence[CaseAtEnd]) -> bool:
    return before is not None and any(before.holds(person) for person in _records(cases))


def _change(before: Roll | None, cases: Sequence[CaseAtEnd]) -> Change:
    """Somebody of whom one record was counted before has stayed, as whomever they count now."""
    return Change.STAYED if _on_roll(before, cases) else Change.CAME


def _same(before: Roll | None, cases: Sequence[CaseAtEnd], codes: Mapping[str, str]) -> bool:
    """Whether somebody was counted before, once, and with the codes that they have now."""
    counted = [person for person in _records(cases) if before is not None and before.holds(person)]
    return before is not None and len(counted) == 1 and before.holds_with(counted[0], codes)


def _records(cases: Sequence[CaseAtEnd]) -> Iterator[UUID]:
    return iter({case.person for case in cases})
