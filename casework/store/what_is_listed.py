"""Which tables of the store hold, in clear, something about a person or a report, and which of their columns a key lists.

Such columns are queried, or the database itself derives them, so they cannot be sealed. `tests/house/test_clear_columns.py`
walks every table and finds a column that is neither sealed, nor named here, nor left out for a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, and_, extract, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from casework.duplicate_models import DuplicateCandidate, Merge
from casework.family_models import BestInterestStep, ChildCare, Relationship
from casework.models import (
    Case,
    FileRow,
    HouseholdMember,
    Interview,
    KeptFrom,
    KeyKind,
    MovementEvent,
    Opening,
    Person,
    StoredKey,
    Token,
)
from casework.rights_models import Consent, FormerVersion, Hold, Restriction, RightsRequest
from casework.trafficking_models import HistoryEvent, Perpetrator

__all__ = [
    "CHANGES",
    "CHILD_CARE",
    "CONSENT",
    "CUSTODY",
    "EDITION",
    "FILE",
    "FORMER_VERSION",
    "KEPT_FROM",
    "LISTED",
    "NEWEST_EDITION",
    "NUMBERS",
    "OPENING",
    "RELATIONSHIP",
    "REPORT",
    "RESTRICTION",
    "TOKEN",
    "Column",
    "Listed",
    "is_of_clear_row",
    "name_of",
    "sets_known",
]

CUSTODY, FILE, KEPT_FROM, REPORT, RESTRICTION, TOKEN = "person", "file", "kept_from", "movement_event", "restriction", "token"
CONSENT, FORMER_VERSION, OPENING = "consent", "former_version", "opening"
RELATIONSHIP, CHILD_CARE = "relationship", "child_care"
# Two entries of a list are of no row: ids are random, and never these.
EDITION: Final = UUID(int=2**128 - 1)  # as its version: which edition of this module the list was written by
CHANGES: Final = UUID(int=2**128 - 2)  # as its version: in how many transactions the list was changed since its key was made
NEWEST_EDITION: Final = 3
_FIRST_NUMBER: Final = 2**32 - 256  # no version of a row comes so far

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Listed:
    """Columns of a table that are compared together, and whose rows they are: a condition on the row and on `StoredKey`.

    `told_by` says how many of the first columns tell one row of a record from another.
    """

    columns: tuple[Column, ...]
    belongs: ColumnElement[bool]
    told_by: int = 1


def _microseconds(moment: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    """Since 1970: what Python, too, can write of a moment without asking the database."""
    return (extract("epoch", moment) * 1_000_000).cast(BigInteger)


def _all_tokens() -> ColumnElement[bytes]:
    """A person's tokens as one digest: one for each would double the list of somebody who was only ever written."""
    one = func.convert_to(Token.kind, literal_column("'UTF8'"), type_=LargeBinary).op("||")(Token.token)
    return func.sha256(func.string_agg(one, aggregate_order_by(literal_column("''::bytea"), one)), type_=LargeBinary)


def _of(person: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return person == StoredKey.record


def _cases() -> ColumnElement[bool]:
    return Interview.case.in_(select(Case.id).where(Case.person == StoredKey.record).correlate(StoredKey))


def _households() -> ColumnElement[bool]:
    return HouseholdMember.household.in_(select(Case.household).where(Case.person == StoredKey.record).correlate(StoredKey))


_COURSE: Final = (
    HouseholdMember.household,
    HouseholdMember.operation,
    HouseholdMember.head,
    HouseholdMember.joined_by,
    HouseholdMember.joined_at,
    HouseholdMember.left_by,
    HouseholdMember.left_at,
)
_HAS_COURSE: Final = or_(HouseholdMember.head, HouseholdMember.joined_at.is_not(None), HouseholdMember.left_at.is_not(None))

# By table; a second set of columns of one table bears its name and, after a point, one of its own. The order is written into
# every list: what is new goes to the end, and makes a new edition.
LISTED: Final[Mapping[str, Listed]] = {
    CUSTODY: Listed((Person.operation, Person.custody), _of(Person.id), 2),
    CONSENT: Listed(
        (
            Consent.id,
            Consent.operation,
            Consent.purpose,
            Consent.recipient,
            Consent.version,
            Consent.state,
            Consent.basis,
            Consent.given_by,
            Consent.text_version,
            Consent.language,
            Consent.said_at,
            Consent.said_to,
            Consent.valid_until,
            Consent.recorded_by,
            Consent.recorded_at,
        ),
        _of(Consent.person),
    ),
    RESTRICTION: Listed(
        (
            Restriction.id,
            Restriction.operation,
            Restriction.consent,
            Restriction.purpose,
            Restriction.recipient,
            Restriction.since,
            Restriction.until,
            Restriction.reason,
            Restriction.set_by,
            Restriction.ended_by,
        ),
        _of(Restriction.person),  # of a report, by those of its keys: `clear_rows`
    ),
    OPENING: Listed(
        (
            Opening.id,
            Opening.operation,
            Opening.custody,
            Opening.actor,
            Opening.recipient,
            Opening.kind,
            Opening.parts,
            Opening.opened_by,
            Opening.opened_at,
            Opening.until,
            Opening.reviewed_by,
            Opening.reviewed_at,
            Opening.justified,
        ),
        _of(Opening.person),
    ),
    KEPT_FROM: Listed(
        (KeptFrom.part, KeptFrom.actor, KeptFrom.operation, KeptFrom.set_by, KeptFrom.set_at), _of(KeptFrom.person), 2
    ),
    "hold": Listed(
        (Hold.id, Hold.operation, Hold.set_by, Hold.set_at, Hold.until, Hold.lifted_by, Hold.lifted_at), _of(Hold.person)
    ),
    FILE: Listed(
        (FileRow.id, FileRow.operation, FileRow.part, FileRow.row_version, FileRow.chain, FileRow.replaced_at),
        _of(FileRow.person),
    ),
    "case": Listed(
        (Case.id, Case.operation, Case.household, Case.state, Case.screening_outcome, Case.opened_at, Case.reference),
        _of(Case.person),
    ),
    "merge": Listed(  # by both persons, as a pair is
        (Merge.id, Merge.operation, Merge.survivor, Merge.merged, Merge.shown_first, Merge.former_custody, Merge.undone_at),
        or_(_of(Merge.survivor), _of(Merge.merged)),
    ),
    # Second edition.
    "merge.deed": Listed(
        (Merge.id, Merge.merged_by, Merge.merged_at, Merge.undone_by), or_(_of(Merge.survivor), _of(Merge.merged))
    ),
    "duplicate_candidate": Listed(
        (
            DuplicateCandidate.id,
            DuplicateCandidate.operation,
            DuplicateCandidate.first,
            DuplicateCandidate.second,
            DuplicateCandidate.similarity,
            DuplicateCandidate.state,
            DuplicateCandidate.found_at,
            DuplicateCandidate.decided_by,
            DuplicateCandidate.decided_at,
        ),
        or_(_of(DuplicateCandidate.first), _of(DuplicateCandidate.second)),
    ),
    "household_member": Listed(
        (HouseholdMember.household, HouseholdMember.operation, HouseholdMember.role), _of(HouseholdMember.person)
    ),
    # Whoever has a case lists all who live with them: their own key says so too, but nobody opens it when they are not there.
    "household_member.together": Listed(
        (HouseholdMember.person, HouseholdMember.household, HouseholdMember.operation, HouseholdMember.role), _households()
    ),
    "interview": Listed(
        (
            Interview.id,
            Interview.operation,
            Interview.case,
            Interview.kind,
            Interview.state,
            Interview.chain,
            Interview.submission,
            Interview.received_at,
            Interview.admitted_at,
        ),
        _cases(),
    ),
    "rights_request": Listed(
        (
            RightsRequest.id,
            RightsRequest.operation,
            RightsRequest.kind,
            RightsRequest.received_at,
            RightsRequest.received_by,
            RightsRequest.due_at,
            RightsRequest.answered_at,
            RightsRequest.answered_by,
            RightsRequest.outcome,
        ),
        _of(RightsRequest.person),
    ),
    FORMER_VERSION: Listed(
        (
            FormerVersion.id,
            FormerVersion.operation,
            FormerVersion.of,
            FormerVersion.record,
            FormerVersion.row_version,
            FormerVersion.changed_by,
            FormerVersion.changed_at,
        ),
        _of(FormerVersion.person),
    ),
    TOKEN: Listed((_all_tokens(),), _of(Token.record), 0),
    REPORT: Listed(
        (
            MovementEvent.operation,
            MovementEvent.week,
            MovementEvent.chain,
            MovementEvent.submission,
            _microseconds(MovementEvent.received_at),
            _microseconds(MovementEvent.admitted_at),
        ),
        _of(MovementEvent.id),
        0,
    ),
    # Third edition.
    "household_member.course": Listed(  # of those of whom more is said than that they were told of
        _COURSE, and_(_of(HouseholdMember.person), _HAS_COURSE)
    ),
    "household_member.course_together": Listed((HouseholdMember.person, *_COURSE), and_(_households(), _HAS_COURSE)),
    RELATIONSHIP: Listed(  # by both persons
        (
            Relationship.id,
            Relationship.operation,
            Relationship.person,
            Relationship.other,
            Relationship.noted_by,
            Relationship.noted_at,
            Relationship.ended_by,
            Relationship.ended_at,
        ),
        or_(_of(Relationship.person), _of(Relationship.other)),
    ),
    CHILD_CARE: Listed(
        (ChildCare.id, ChildCare.operation, ChildCare.alone, ChildCare.decided_by, ChildCare.decided_at), _of(ChildCare.person)
    ),
    "best_interest_step": Listed(
        (
            BestInterestStep.id,
            BestInterestStep.operation,
            BestInterestStep.planned_by,
            BestInterestStep.planned_at,
            BestInterestStep.done_by,
            BestInterestStep.done_at,
        ),
        _of(BestInterestStep.person),
    ),
    "history_event": Listed(
        (HistoryEvent.id, HistoryEvent.operation, HistoryEvent.noted_by, HistoryEvent.noted_at), _of(HistoryEvent.person)
    ),
    "perpetrator": Listed(
        (Perpetrator.id, Perpetrator.operation, Perpetrator.noted_by, Perpetrator.noted_at), _of(Perpetrator.person)
    ),
}
NUMBERS: Final = {name: _FIRST_NUMBER + number for number, name in enumerate(LISTED)}
_BY_NUMBER: Final = {number: name for name, number in NUMBERS.items()}
_SETS_OF: Final = {1: 9, 2: 18}  # how many of the first sets an earlier edition told of


def is_of_clear_row(version: int) -> bool:
    """Whether an entry of a key's list tells of a row in clear, and not of the newest version of a sealed one."""
    return version >= _FIRST_NUMBER


def name_of(version: int) -> str:
    """The set of columns that such an entry tells of."""
    return _BY_NUMBER.get(version, "a later version of this program")


def sets_known(listed: Mapping[UUID, int], kind: KeyKind) -> frozenset[str]:
    """The sets that a list tells of: all; those of the edition that it was written by; of a person, none where even their
    custody is not named, for then an earlier version of this program wrote it."""
    edition = listed.get(EDITION, 1)
    if edition >= NEWEST_EDITION:
        return frozenset(LISTED)
    if edition == 1 and kind is KeyKind.PERSON and not any(map(is_of_clear_row, listed.values())):
        return frozenset()
    return frozenset(list(LISTED)[: _SETS_OF[edition]])
