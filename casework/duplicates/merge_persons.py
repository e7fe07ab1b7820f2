"""Two records turn out to be of one person: they are linked, and the link can be undone.

Nothing is moved and nothing is sealed anew. Each record keeps its ciphertexts under its own key, its cases, interviews,
household and tokens; whoever reads one of them is led to all (`casework.linked_persons`). Undoing takes the link away and
so leaves what was there before, and with it whatever came to either record since.

While it stands, the merged record lies in the custody of the surviving one: a person has one custody.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework.duplicate_models import Merge
from casework.duplicates.errors import MergedAlready, MergeUnknown, NotTwoPersons
from casework.errors import RecordUnknown
from casework.models import Person
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import canonical_person, persons_of
from casework.store.seal_record import Vault
from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns

__all__ = ["merge_persons", "merges_of", "unmerge"]

RIGHT: Final = Right.RESOLVE_DUPLICATES


def merge_persons(
    session: Session, ring: KeyRing, survivor: UUID, merged: UUID, *, shown_first: Sequence[str] = (), purpose: Purpose
) -> UUID:
    """Let `survivor` answer for both; the id of the merge. Both must stand for themselves until now.

    `shown_first` names the questions whose answer in `merged` is to be shown first; of the others it is the survivor's.
    Every differing answer is kept. Raises `RecordUnknown` (also for a record out of reach), `NotAllowed` unless
    both records are covered, `NotTwoPersons` or `MergedAlready`.
    """
    _one_at_a_time(session)
    kept, taken = (_person(session, person) for person in (survivor, merged))
    for person in (kept, taken):
        require(session, RIGHT, custody_of(person), subject=_subject(person.id))
    if canonical_person(session, survivor) == canonical_person(session, merged):
        raise NotTwoPersons(survivor=survivor, merged=merged)
    for person_id in (survivor, merged):
        if canonical_person(session, person_id) != person_id:
            raise MergedAlready(person=person_id)
    link = Merge(
        id=uuid4(),
        operation=kept.operation,
        survivor=survivor,
        merged=merged,
        shown_first=sorted(set(shown_first)),
        former_custody=taken.custody,
        merged_by=access_of(session).actor,
        merged_at=now(),
    )
    vault, coming = Vault(session, ring, kept.operation), persons_of(session, merged)
    with changing_clear(vault, [*persons_of(session, survivor), *coming]):
        _give_to(session, coming, kept.custody)
        session.add(link)
    _tell(session, Action.MERGED, link, purpose)
    return link.id


def unmerge(session: Session, ring: KeyRing, merge: UUID, *, purpose: Purpose) -> None:
    """Undo a merge; merges made before or after it stay. Raises `MergeUnknown`, or `NotAllowed` unless the surviving record
    and the place that the merged one goes back to are covered."""
    _one_at_a_time(session)
    link = session.get(Merge, merge, populate_existing=True)
    if link is None or link.undone_at:
        raise MergeUnknown(merge=merge)
    for custody in (custody_of(_person(session, link.survivor)), custody_of(link, "former_custody")):
        require(session, RIGHT, custody, subject=_subject(link.survivor))
    with changing_clear(Vault(session, ring, link.operation), persons_of(session, link.merged)):
        link.undone_by, link.undone_at = access_of(session).actor, now()
        session.flush()
        _give_to(session, persons_of(session, link.merged), link.former_custody)
    _tell(session, Action.UNMERGED, link, purpose)


def merges_of(session: Session, person: UUID) -> list[Merge]:
    """The merges that stand among the records of a person, oldest first."""
    among = persons_of(session, person)
    standing = select(Merge).where(Merge.merged.in_(among), Merge.undone_at.is_(None))
    return list(session.scalars(standing.order_by(Merge.merged_at, Merge.id)))


def _one_at_a_time(session: Session) -> None:
    """Two officers who merge the same persons at once must not make a circle of them."""
    take_turns(session, f"casework.merge:{access_of(session).operation}")


def _person(session: Session, person: UUID) -> Person:
    # Locked, so that no correction takes a household member away meanwhile; read anew, for its custody may have changed.
    wanted = select(Person).where(Person.id == person).with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise RecordUnknown(kind="person", record=person)
    return found


def _give_to(session: Session, persons: Sequence[UUID], custody: str) -> None:
    session.execute(update(Person).where(Person.id.in_(persons)).values(custody=custody))


def _tell(session: Session, action: Action, link: Merge, purpose: Purpose) -> None:
    detail = {"merge": str(link.id), "survivor": str(link.survivor), "merged": str(link.merged)}
    for person in (link.survivor, link.merged):
        record(session, action, _subject(person), purpose=purpose, detail=detail)


def _subject(person: UUID) -> str:
    return f"casework.person:{person}"
