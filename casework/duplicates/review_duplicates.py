"""Reviewing pairs of records that may be of one person: list them, see one side by side, find it different.

Finding them one is `merge_pair`. A pair is shown where row-level security shows both records and the account holds
`Right.RESOLVE_DUPLICATES` for both: an opening of one record to somebody does not let them compare it with another.
Of merged records the one that answers for all stands for its pairs, so that nothing is asked twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework.duplicate_models import CandidateState, DuplicateCandidate
from casework.duplicates.compare_persons import agreement, profile
from casework.duplicates.errors import PairUnknown
from casework.duplicates.merge_persons import merge_persons
from casework.duplicates.propose_duplicates import COMPARED
from casework.models import Person
from casework.records.read_cases import read_person
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import canonical_person, canonical_persons, persons_of
from casework.store.need_to_know import readable_parts
from casework.store.seal_record import Vault
from core.access import Custody, Grant, access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, page_of
from core.permissions import Right, Role
from forms import RecordPart

__all__ = [
    "OpenPair",
    "PairRecord",
    "count_apart",
    "decide_different",
    "list_pairs",
    "merge_pair",
    "open_pair",
    "resolvable_pairs",
]

RIGHT: Final = Right.RESOLVE_DUPLICATES
EVERYWHERE: Final = Grant(Role.SUPERVISOR).reach
Side = Mapping[RecordPart, Mapping[str, Any]]


@dataclass(frozen=True)
class OpenPair:
    """A pair that awaits review. `persons` are those who answer for the two records; `apart` when they lie in the custody
    of different teams."""

    id: UUID
    persons: tuple[UUID, UUID]
    similarity: str
    found_at: datetime
    apart: bool


@dataclass(frozen=True)
class PairRecord:
    """A pair side by side: the parts that may be read on both sides, and how far which answers agree.

    `agreement` is empty when one of the parts that are compared may not be read.
    """

    id: UUID
    persons: tuple[UUID, UUID]
    sides: tuple[Side, Side] = field(repr=False)
    agreement: Mapping[str, str] = field(repr=False)


def list_pairs(session: Session, *, after: UUID | None = None, size: int = PAGE, purpose: Purpose) -> Page[OpenPair]:
    """The open pairs that this account may resolve, likely ones first, then by age; raises `NotAllowed`.

    Another page may begin after a pair that was decided meanwhile.
    """
    require(session, RIGHT)
    last = session.get(DuplicateCandidate, after) if after else None
    pairs = page_of((pair for pair in _pairs(session) if last is None or _place(pair) > _place(last)), size)
    record(session, Action.READ, "casework.duplicate_candidate", purpose=purpose, count=len(pairs.rows))
    return pairs


def count_apart(session: Session, *, purpose: Purpose) -> int | None:
    """How many open pairs lie with two different teams, so that no one team resolves them alone; None for an account that
    does not cover the whole operation. Raises `NotAllowed`."""
    access = require(session, RIGHT)
    if not (access.system or any(grant.holds(RIGHT) and grant.reach == EVERYWHERE for grant in access.grants)):
        return None
    apart = sum(pair.apart for pair in _pairs(session))
    record(session, Action.READ, "casework.duplicate_candidate", purpose=purpose, count=apart)
    return apart


def resolvable_pairs(session: Session, *, limit: int) -> list[OpenPair]:
    """The same without a line in the audit log: for whoever only counts them."""
    return list(islice(_pairs(session), limit))


def open_pair(session: Session, ring: KeyRing, pair: UUID, *, purpose: Purpose) -> PairRecord:
    """Both records of a pair, each read with its audit line; raises `PairUnknown`, `NotAllowed` or `CiphertextRefused`."""
    row = _pair(session, pair)
    persons = canonical_person(session, row.first), canonical_person(session, row.second)
    both = [readable_parts(session, session.get_one(Person, person)) for person in persons]
    parts = sorted(both[0] & both[1], key=list(RecordPart).index)
    one, other = (read_person(session, ring, person, parts=parts, purpose=purpose).parts for person in persons)
    levels = agreement(profile(one), profile(other)) if set(COMPARED) <= set(parts) else {}
    return PairRecord(row.id, persons, (one, other), levels)


def merge_pair(
    session: Session, ring: KeyRing, pair: UUID, *, survivor: UUID, shown_first: Sequence[str] = (), purpose: Purpose
) -> UUID:
    """Let one of an open pair answer for both; the id of the merge. `shown_first` as in `merge_persons`.

    Raises `PairUnknown` (also where `survivor` is not one of the two, or no longer) and what `merge_persons` raises.
    """
    row = _pair(session, pair)
    persons = canonical_person(session, row.first), canonical_person(session, row.second)
    if survivor not in persons:
        raise PairUnknown(pair=pair)
    [merged] = set(persons) - {survivor}
    return merge_persons(session, ring, survivor, merged, shown_first=shown_first, purpose=purpose)


def decide_different(session: Session, ring: KeyRing, pair: UUID, *, purpose: Purpose) -> None:
    """Two persons after all: the pair is proposed again only when one of them is corrected.

    It holds for every record that is linked with either. Raises `PairUnknown`, `NotAllowed` or what opening their keys raises.
    """
    row = _pair(session, pair)
    firsts, seconds = persons_of(session, row.first), persons_of(session, row.second)
    candidate = DuplicateCandidate
    either_way = (candidate.first.in_(firsts) & candidate.second.in_(seconds)) | (
        candidate.first.in_(seconds) & candidate.second.in_(firsts)
    )
    decided = {"state": CandidateState.DIFFERENT.value, "decided_by": access_of(session).actor, "decided_at": now()}
    with changing_clear(Vault(session, ring, row.operation), [*firsts, *seconds]):
        session.execute(update(candidate).where(either_way, candidate.state == CandidateState.OPEN.value).values(decided))
    for person in (row.first, row.second):
        detail = {"pair": str(pair), "decided": CandidateState.DIFFERENT.value}
        record(session, Action.REVIEWED, f"casework.person:{person}", purpose=purpose, detail=detail)


def _pairs(session: Session) -> Iterator[OpenPair]:
    """The open pairs that this account may resolve, each pair of persons once."""
    into, seen = canonical_persons(session), set[frozenset[UUID]]()
    for row, custodies in _open_rows(session):
        first, second = into.get(row.first, row.first), into.get(row.second, row.second)
        one = frozenset((first, second))
        if first != second and one not in seen and all(access_of(session).may(RIGHT, custody) for custody in custodies):
            seen.add(one)
            yield OpenPair(row.id, (first, second), row.similarity, row.found_at, _unit(custodies[0]) != _unit(custodies[1]))


def _place(pair: OpenPair | DuplicateCandidate) -> tuple[str, datetime, UUID]:
    """Where it stands in the list: `likely` comes before `possible`."""
    return pair.similarity, pair.found_at, pair.id


def _pair(session: Session, pair: UUID) -> DuplicateCandidate:
    """An open pair that this account may resolve."""
    row = session.get(DuplicateCandidate, pair, with_for_update=True, populate_existing=True)
    if row is None or row.state != CandidateState.OPEN:
        raise PairUnknown(pair=pair)
    if canonical_person(session, row.first) == canonical_person(session, row.second):
        raise PairUnknown(pair=pair)
    for person in (row.first, row.second):
        custody = custody_of(session.get_one(Person, person))
        require(session, RIGHT, custody, subject=f"casework.duplicate_candidate:{pair}")
    return row


def _open_rows(session: Session) -> list[tuple[DuplicateCandidate, tuple[Custody, Custody]]]:
    candidate, first, second = DuplicateCandidate, Person.__table__.alias(), Person.__table__.alias()
    rows = session.execute(
        select(candidate, first.c.custody, second.c.custody)
        .join(first, first.c.id == candidate.first)
        .join(second, second.c.id == candidate.second)
        .where(candidate.state == CandidateState.OPEN.value)
        .order_by(candidate.similarity, candidate.found_at, candidate.id)
    )
    return [(row, (Custody.parse(one), Custody.parse(other))) for row, one, other in rows]


def _unit(custody: Custody) -> tuple[str, str, str]:
    return custody.organisation, custody.area, custody.team
