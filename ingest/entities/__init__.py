"""Which entity answers say that they are about (ODK XForms Entities): the case of a follow-up, or one that they open."""

from ingest.entities.named_entity import NamedEntity, named_entity

__all__ = ["NamedEntity", "named_entity"]
