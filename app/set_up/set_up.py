"""What a set-up is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Final

from core.identity.models import UnitKind
from core.permissions import Right, Role
from core.places import Place
from core.policies import PolicyKind
from forms import FormDefinition, read_form_definition
from forms.classes import Classes
from ingest.quality import QualityPlan

__all__ = ["CarriedForm", "CarriedRole", "CarriedUnit", "Gazetteer", "SetUp", "is_list"]

LISTS: Final = frozenset({".csv", ".xml", ".geojson"})


def is_list(file_name: str) -> bool:
    """Whether a form's file is a list that answers are chosen from or looked up in: it may name people."""
    return PurePath(file_name).suffix.lower() in LISTS


@dataclass(frozen=True)
class Gazetteer:
    """An operation's places; where they are too many for the file, only how many they are and their digest."""

    number: int
    sha256: str
    places: tuple[Place, ...] | None = field(repr=False)


@dataclass(frozen=True)
class CarriedUnit:
    """An organisation, area or team by its name, with those that lie in it."""

    kind: UnitKind
    name: str
    within: tuple["CarriedUnit", ...] = ()


@dataclass(frozen=True)
class CarriedRole:
    """A role of an operation's own by its name: of which role of the program, and what of it."""

    name: str
    role: Role
    rights: frozenset[Right]


@dataclass(frozen=True)
class CarriedForm:
    """A published version without the address and key of its operation. `left` are its lists that do not travel."""

    xform: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(repr=False)
    left: tuple[str, ...]
    encrypted: bool
    classes: Classes

    @cached_property
    def definition(self) -> FormDefinition:
        """What the form asks, by its workbook alone."""
        return read_form_definition(self.xform)

    @property
    def name(self) -> str:
        """Form and version, as reports name it."""
        return f"{self.definition.form_id} {self.definition.version}".strip()


@dataclass(frozen=True)
class SetUp:
    """The whole, forms in the order in which they were published."""

    gazetteer: Gazetteer
    units: tuple[CarriedUnit, ...]
    forms: tuple[CarriedForm, ...]
    policies: Mapping[PolicyKind, str]
    plans: Mapping[str, QualityPlan]
    roles: tuple[CarriedRole, ...] = ()
