"""A set-up out of its file. Whoever wrote it is a stranger: what is not as the program writes it is refused, part by part."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

from app.set_up.errors import SetUpUnreadable
from app.set_up.file_parts import GAZETTEER, KIND, PLACES, PLANS, ROLES, UNITS, VERSION, form_parts, policy_part
from app.set_up.set_up import CarriedForm, CarriedRole, CarriedUnit, Gazetteer, SetUp
from core.errors import Problem
from core.identity.models import UnitKind
from core.permissions import Right, Role, rights_of
from core.places import parse_gazetteer
from core.policies import PolicyKind
from core.sealing.packed_parts import unpack
from forms import PrivacyClass, RecordKind, RecordPart
from forms.carried import carried_form
from forms.classes import Classes, QuestionClass
from ingest.quality import QualityPlan, read_plan

__all__ = ["read_set_up"]

DEEPEST_UNIT: Final = 3
LONGEST_NAME: Final = 200
SHAPES: Final[Mapping[str, int]] = {"Polygon": 3, "MultiPolygon": 4}  # how deep their coordinates lie


def read_set_up(content: bytes) -> SetUp:
    """Raises `PackUnreadable`, `PackChanged`, `PackTooLarge`, `SetUpUnreadable`, and what a text that cannot be read raises."""
    parts = unpack(content, KIND, VERSION)
    left = set(parts)

    def take(name: str) -> bytes:
        if name not in parts:
            raise SetUpUnreadable(part=name, reason="it is not in the file")
        left.discard(name)
        return parts[name]

    policies = {kind: _text(take(policy_part(kind)), policy_part(kind)) for kind in PolicyKind if policy_part(kind) in parts}
    with _reading(UNITS):
        units = tuple(_unit(said, DEEPEST_UNIT) for said in json.loads(take(UNITS)))
    with _reading(ROLES):
        roles = tuple(_role(said) for said in json.loads(take(ROLES))) if ROLES in parts else ()
    with _reading(PLANS):
        plans: dict[str, QualityPlan] = {str(form): read_plan(str(text)) for form, text in json.loads(take(PLANS)).items()}
    set_up = SetUp(_gazetteer(take, parts), units, tuple(_forms(take, parts)), policies, plans, roles)
    if left:
        raise SetUpUnreadable(part=ascii(min(left)), reason="no set-up of this version has such a part")
    return set_up


Take = Callable[[str], bytes]


def _gazetteer(take: Take, parts: Mapping[str, bytes]) -> Gazetteer:
    with _reading(GAZETTEER):
        said = json.loads(take(GAZETTEER))
        number, digest = int(said["number"]), str(said["sha256"])
    if PLACES not in parts:
        return Gazetteer(number, digest, None)
    content = take(PLACES)
    places = tuple(parse_gazetteer(_text(content, PLACES), Path(PLACES)))
    with _reading(PLACES):
        if sha256(content).hexdigest() != digest or len({place.code for place in places}) != number or len(places) != number:
            raise ValueError("its digest")
        for place in places:
            names = (place.code, *place.names.values())
            if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable() for name in names):
                raise ValueError("a name")
            if not _is_shape(place.geometry["coordinates"], SHAPES[place.geometry["type"]]):
                raise ValueError("a shape")
    return Gazetteer(number, digest, places)


def _forms(take: Take, parts: Mapping[str, bytes]) -> Iterator[CarriedForm]:
    for number in count():
        xform, beside, media = form_parts(number)
        if xform not in parts:
            return
        with _reading(beside):
            said = json.loads(take(beside))
            encrypted, left, classes = bool(said["encrypted"]), tuple(map(str, said["left"])), _classes(said["classes"])
        files = {name.removeprefix(media): take(name) for name in sorted(parts) if name.startswith(media)}
        form = CarriedForm(take(xform), files, left, encrypted, classes)
        if carried_form(form.xform) != form.xform:
            raise SetUpUnreadable(part=xform, reason="it says where its answers go, or for whom they are encrypted")
        _ = form.definition  # what is no form is refused before anything is done
        yield form


def _classes(said: Any) -> Classes:
    if said is None:
        return Classes(0)
    questions = {
        str(path): QuestionClass(
            PrivacyClass(given["privacy"]),
            RecordPart(given["part"]) if given["part"] else None,
            str(given["statistic"]) if given["statistic"] else None,
        )
        for path, given in said["questions"].items()
    }
    return Classes(1, RecordKind(said["records"]) if said["records"] else None, questions)


def _unit(said: Any, deep: int) -> CarriedUnit:
    name = str(said["name"]).strip()
    if not deep or not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError("a unit")
    return CarriedUnit(UnitKind(said["kind"]), name, tuple(_unit(one, deep - 1) for one in said["within"]))


def _role(said: Any) -> CarriedRole:
    name, role, rights = str(said["name"]), Role(said["role"]), frozenset(map(Right, said["rights"]))
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or not rights <= rights_of(role):
        raise ValueError("a role")
    return CarriedRole(name, role, rights)


def _is_shape(coordinates: Any, deep: int) -> bool:
    """Lists of rings of positions, each of two finite numbers in degrees."""
    if deep == 0:
        return isinstance(coordinates, int | float) and not isinstance(coordinates, bool) and abs(coordinates) <= 180
    if not isinstance(coordinates, list) or not coordinates or (deep == 1 and len(coordinates) != 2):
        return False
    if deep == 2 and (len(coordinates) < 4 or coordinates[0] != coordinates[-1]):
        return False
    return all(_is_shape(one, deep - 1) for one in coordinates)


def _text(content: bytes, part: str) -> str:
    with _reading(part):
        return content.decode()


@contextmanager
def _reading(part: str) -> Iterator[None]:
    try:
        yield
    except Problem:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__} while reading it"
        raise SetUpUnreadable(part=part, reason=reason) from None
