"""Records that were found to be of one person: which they are, and which of them answers for all.

Merging links records and moves nothing (`casework.merge_persons`), so whoever reads, erases, restricts or counts a person
asks here first. A link is shown to those alone who see both of its ends: to anybody else each record stands for itself.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import literal, null, or_, select
from sqlalchemy.orm import Session

from casework.duplicate_models import Merge
from casework.models import Person
from core.database import among, among_given
from core.postgres.asked_once import asked_once

__all__ = ["answering_for", "canonical_person", "canonical_persons", "own_custody", "persons_of", "persons_of_each"]

LINKS: Final = select(Merge.merged, Merge.survivor).where(Merge.undone_at.is_(None))
LINKS_OF: Final = LINKS.where(or_(among_given(Merge.merged, "persons"), among_given(Merge.survivor, "persons")))


def persons_of_each(session: Session, persons: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
    """`persons_of` for each of several: one question for all, as hardly any record is linked, and more for those that are."""
    return asked_once(session, ("linked", *persons), lambda: _each(session, persons))


def _each(session: Session, persons: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
    links = session.execute(LINKS_OF, {"persons": list(persons)})
    linked = {end for link in links for end in link}
    return {person: _all_of(session, person) if person in linked else [person] for person in persons}


def persons_of(session: Session, person: UUID) -> list[UUID]:
    """All records of the human being that `person` is one of: the one that answers for all, then those merged into it, then
    those merged into these; within a step, in the order in which they were merged."""
    return persons_of_each(session, [person])[person]


def _all_of(session: Session, person: UUID) -> list[UUID]:
    root = canonical_person(session, person)
    below = select(literal(root).label("id"), literal(0).label("steps"), null().cast(Merge.merged_at.type).label("at"))
    tree = below.cte(recursive=True)
    links = select(Merge.merged, tree.c.steps + 1, Merge.merged_at).join(tree, Merge.survivor == tree.c.id)
    tree = tree.union_all(links.where(Merge.undone_at.is_(None)))
    return list(session.scalars(select(tree.c.id).order_by(tree.c.steps, tree.c.at, tree.c.id)))


def canonical_person(session: Session, person: UUID) -> UUID:
    """The record that answers for this one: itself, unless it was merged into another."""
    return answering_for(session, [person])[person]


def answering_for(session: Session, persons: Collection[UUID]) -> Mapping[UUID, UUID]:
    """`canonical_person` of each, asked for a step at a time: hardly any record is merged, and hardly one of these again."""
    above, asked = dict[UUID, UUID](), set(persons)
    while asked:
        links = {merged: other for merged, other in session.execute(LINKS.where(among(Merge.merged, asked)))}  # noqa: C416
        above, asked = above | links, {*links.values()} - {*above}
    return {person: _end(above, person) for person in persons}


def canonical_persons(session: Session) -> Mapping[UUID, UUID]:
    """Of every merged record of the operation, the one that answers for it: for those who count all persons."""
    into = {merged: other for merged, other in session.execute(LINKS)}  # noqa: C416  (a row is no pair to mypy)
    return {merged: _end(into, merged) for merged in into}


def _end(into: Mapping[UUID, UUID], person: UUID) -> UUID:
    while person in into:
        person = into[person]
    return person


def own_custody(session: Session, person: UUID) -> str:
    """Whose the record is by itself: while it is merged, it lies in the custody of the one that answers for it."""
    former = select(Merge.former_custody).where(Merge.merged == person, Merge.undone_at.is_(None))
    return session.scalars(former).one_or_none() or session.get_one(Person, person).custody
