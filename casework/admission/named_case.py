"""The case that answers name as an entity: the one that a follow-up goes on with, or the id that a phone gave to a new one."""

from typing import Final
from uuid import UUID, uuid4

from casework.admission.arrival import Arrival, Desk
from casework.admission.errors import CaseElsewhere, CaseErased, CaseIdTaken, EntityUnusable
from casework.errors import CaseUnknown
from casework.models import Case, Person
from casework.rights_models import Tombstone
from ingest.entities import NamedEntity

__all__ = ["ENTITY", "LIST_NAME", "id_for_new_case", "named_case"]

ENTITY: Final = "meta/entity"  # as problems name the question
LIST_NAME: Final = "cases"


def named_case(desk: Desk, arrival: Arrival) -> Case | None:
    """The case that the answers name, which lies in the custody that they were sent for; None where they name none.

    What a phone held when the answers were given does not matter (`baseVersion`): an interview is added to its case and
    overwrites nothing, so two that were given on the same version stand beside each other. Raises `EntityUnusable`,
    `CaseErased`, `CaseUnknown` or `CaseElsewhere`.
    """
    entity = _entity(arrival)
    if entity is None or not (entity.updates or entity.creates):
        return None
    named = _id_of(entity)
    case = desk.session.get(Case, named)
    if case is None:
        _refuse_erased(desk, named)
        raise CaseUnknown(question=ENTITY, operation=desk.operation)
    if desk.session.get_one(Person, case.person).custody != str(arrival.stored.custody):
        raise CaseElsewhere
    return case


def id_for_new_case(desk: Desk, arrival: Arrival) -> UUID:
    """The id that the phone gave, by which it goes on with the case before it has heard of it from here; else a new one.

    Raises `EntityUnusable`, `CaseErased` or `CaseIdTaken`.
    """
    entity = _entity(arrival)
    if entity is None or not entity.creates:
        return uuid4()
    named = _id_of(entity)
    _refuse_erased(desk, named)
    if desk.session.get(Case, named) is not None:
        raise CaseIdTaken
    return named


def _entity(arrival: Arrival) -> NamedEntity | None:
    entity = arrival.entity
    return entity if entity and entity.list_name == LIST_NAME else None


def _id_of(entity: NamedEntity) -> UUID:
    if entity.id is None:
        raise EntityUnusable(reason="its id is not a UUID of version 4")
    return entity.id


def _refuse_erased(desk: Desk, named: UUID) -> None:
    if desk.session.get(Tombstone, named) is not None:
        raise CaseErased
