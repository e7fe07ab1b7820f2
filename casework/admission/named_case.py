"""The case that answers name as an entity: the one that a follow-up goes on with, or one that the phone has given an id."""

from typing import Final
from uuid import UUID

from casework.admission.arrival import Arrival, Desk
from casework.admission.errors import CaseElsewhere, CaseErased, EntityUnusable
from casework.errors import CaseUnknown
from casework.models import Case, Person
from casework.rights_models import Tombstone
from ingest.entities import NamedEntity

__all__ = ["ENTITY", "LIST_NAME", "REFERENCE", "entity_of", "id_of", "named_case"]

ENTITY: Final = "meta/entity"  # as problems name the question
LIST_NAME: Final = "cases"
REFERENCE: Final = "case_reference"  # the question whose answer is the reference that the worker wrote


def named_case(desk: Desk, arrival: Arrival) -> Case | None:
    """The case that the answers name, which lies in the custody that they were sent for; None where they name none.

    What a phone held when the answers were given does not matter (`baseVersion`): an interview is added to its case and
    overwrites nothing, so two that were given on the same version stand beside each other. Raises `EntityUnusable`,
    `CaseErased`, `CaseUnknown` or `CaseElsewhere`.
    """
    entity = entity_of(arrival)
    if entity is None or not (entity.updates or entity.creates):
        return None
    named = id_of(entity)
    case = desk.session.get(Case, named)
    if case is None:
        _refuse_erased(desk, named)
        raise CaseUnknown(question=ENTITY, operation=desk.operation)
    if desk.session.get_one(Person, case.person).custody != str(arrival.stored.custody):
        raise CaseElsewhere
    return case


def entity_of(arrival: Arrival) -> NamedEntity | None:
    """The entity of our list that the answers name; raises `ingest.Refused`."""
    entity = arrival.entity
    return entity if entity and entity.list_name == LIST_NAME else None


def id_of(entity: NamedEntity) -> UUID:
    """Its id; raises `EntityUnusable`."""
    if entity.id is None:
        raise EntityUnusable(reason="its id is not a UUID of version 4")
    return entity.id


def _refuse_erased(desk: Desk, named: UUID) -> None:
    if desk.session.get(Tombstone, named) is not None:
        raise CaseErased
