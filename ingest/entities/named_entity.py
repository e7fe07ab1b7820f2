"""Read which entity answers name, from `meta/entity` of their XML (ODK XForms Entities, version 2024.1)."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lxml import etree

from ingest.parse_xml import local_name, parse_xml

__all__ = ["NamedEntity", "named_entity"]

TRUE: Final = frozenset({"1", "true"})  # any other word is no, as the specification has it
RANDOM: Final = 4  # the version of a UUID that was drawn, and so is nobody else's


@dataclass(frozen=True)
class NamedEntity:
    """An entity by its list and id, and what the answers say is to be done with it. `id` is None where what stands there is no
    UUID of version 4."""

    list_name: str
    id: UUID | None
    creates: bool
    updates: bool


def named_entity(xml: bytes) -> NamedEntity | None:
    """The entity in the answers' own `meta` block; None where there is none, or its id was left empty, as phones do that know
    nothing of entities. Raises `AnswersUnreadable`."""
    meta = _child(parse_xml(xml), "meta")
    entity = None if meta is None else _child(meta, "entity")
    if entity is None or not (entity.get("id") or "").strip():
        return None
    said = {name: str(entity.get(name) or "").strip() for name in ("dataset", "id", "create", "update")}
    return NamedEntity(said["dataset"], _random_id(said["id"]), said["create"] in TRUE, said["update"] in TRUE)


def _child(parent: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in parent.iterchildren("*") if local_name(child) == name), None)


def _random_id(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if found.version == RANDOM else None
