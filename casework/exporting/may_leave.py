"""Whether a record may leave to a recipient, and which of its parts: asked when it is proposed, and again when it leaves."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import LegalBasis, consent_in_force, forbidden_for
from casework.exporting.specification import Specification
from casework.models import Person
from casework.store.linked_persons import persons_of, persons_of_each
from casework.store.need_to_know import PART_RIGHTS, readable_parts
from core.access import Custody, access_of
from core.audit import Purpose
from core.clear_columns import custody_of
from forms import RecordPart

__all__ = ["AT_ONCE", "Leaving", "LeftOut", "batches", "custodies_of", "hold_still", "who_may_leave"]

AT_ONCE: Final = 200  # records that are open in memory at one time


class LeftOut(StrEnum):
    """Why a record does not go along."""

    HANDED_OVER = "handed_over"  # it lies elsewhere than where it was approved
    NOT_IN_REACH = "not_in_reach"  # or erased, or never there
    NOT_YOURS = "not_yours"  # the account may not export it, or read none of the parts
    RESTRICTED = "restricted"
    NO_CONSENT = "no_consent"


@dataclass(frozen=True)
class Leaving:
    """A record that may leave, with the parts of it that may."""

    person: UUID
    parts: frozenset[RecordPart]


def who_may_leave(
    session: Session,
    wanted: Specification,
    code: str,
    left_out: Counter[LeftOut],
    *,
    persons: Sequence[UUID],
    approved_in: Collection[Custody] | None = None,
) -> Iterator[Leaving]:
    """Of these persons those who may leave to the recipient `code`; counts in `left_out` why the others may not.

    `approved_in` are the custodies that whoever approved the export covers; None while nobody has.
    """
    places = None if approved_in is None else {str(custody) for custody in approved_in}
    for some in batches(persons):
        rows = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(some)))}
        for person in some:
            if person not in rows:
                verdict: frozenset[RecordPart] | LeftOut = LeftOut.NOT_IN_REACH
            elif places is not None and rows[person].custody not in places:
                verdict = LeftOut.HANDED_OVER
            else:
                verdict = _verdict(session, rows[person], wanted, code)
            if isinstance(verdict, LeftOut):
                left_out[verdict] += 1
            else:
                yield Leaving(person, verdict)


def custodies_of(session: Session, persons: Sequence[UUID]) -> set[Custody]:
    """Where the records of these persons lie."""
    found = (session.scalars(select(Person.custody).where(Person.id.in_(some)).distinct()) for some in batches(persons))
    return {Custody.parse(custody) for custodies in found for custody in custodies}


def hold_still(session: Session, persons: Sequence[UUID]) -> None:
    """From here to the end of the transaction who withdraws, restricts, hands over or erases one of these, or a record linked
    with it, waits."""
    linked = {one for some in batches(persons) for same in persons_of_each(session, some).values() for one in same}
    for some in batches(sorted(linked)):
        held = select(Person).where(Person.id.in_(some)).order_by(Person.id).with_for_update()
        session.scalars(held, execution_options={"populate_existing": True}).all()


def _verdict(session: Session, person: Person, wanted: Specification, code: str) -> frozenset[RecordPart] | LeftOut:
    parts = _parts(session, person, wanted)
    if not parts:
        return LeftOut.NOT_YOURS
    for linked in persons_of(session, person.id):  # what is restricted in one record of a person is restricted in all
        if any(forbidden_for(session, linked, use, code) for use in _uses(wanted)):
            return LeftOut.RESTRICTED
    if wanted.basis is LegalBasis.CONSENT or wanted.referral:
        given = consent_in_force(session, person.id, Purpose.REFERRAL, code)
        if given is None or given.basis is not wanted.basis:
            return LeftOut.NO_CONSENT
    return parts


def _uses(wanted: Specification) -> set[Purpose]:
    """Giving a record to somebody is a use of its own beside the purpose; where the law demands it, only that counts."""
    by_law = wanted.purpose in {Purpose.LEGAL, Purpose.RIGHTS} and wanted.basis is not LegalBasis.CONSENT
    return {wanted.purpose} if by_law else {wanted.purpose, Purpose.REFERRAL}


def _parts(session: Session, person: Person, wanted: Specification) -> frozenset[RecordPart]:
    """The parts that a grant of the account lets it both read and export. What was lent to it is not its own to give away."""
    access, custody = access_of(session), custody_of(person)
    if not access.may(wanted.right, custody):
        return frozenset()
    readable = readable_parts(session, person)
    return frozenset(part for part in wanted.parts if part in readable and access.may(PART_RIGHTS[part], custody))


def batches(persons: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """So many that the database is asked about them at once."""
    yield from (persons[at : at + AT_ONCE] for at in range(0, len(persons), AT_ONCE))
