"""A set-up as its file."""

import json
from typing import Any

from app.set_up.file_parts import GAZETTEER, KIND, PLACES, PLANS, ROLES, UNITS, VERSION, form_parts, policy_part
from app.set_up.set_up import CarriedForm, CarriedRole, CarriedUnit, SetUp
from core.places import write_gazetteer
from core.sealing.packed_parts import pack
from ingest.quality import write_plan

__all__ = ["write_file"]


def write_file(set_up: SetUp) -> bytes:
    """The file: the same bytes for the same set-up. Raises `PackTooLarge`."""
    gazetteer = set_up.gazetteer
    parts = {
        GAZETTEER: _json({"number": gazetteer.number, "sha256": gazetteer.sha256}),
        UNITS: _json([_unit(unit) for unit in set_up.units]),
        ROLES: _json([_role(role) for role in set_up.roles]),
        PLANS: _json({form_id: write_plan(plan) for form_id, plan in set_up.plans.items()}),
        **{policy_part(kind): text.encode() for kind, text in set_up.policies.items()},
    }
    if gazetteer.places is not None:
        parts[PLACES] = write_gazetteer(gazetteer.places).encode()
    for number, form in enumerate(set_up.forms):
        xform, beside, media = form_parts(number)
        parts |= {xform: form.xform, beside: _json(_beside(form))}
        parts |= {media + name: content for name, content in form.media.items()}
    return pack(KIND, VERSION, parts)


def _unit(unit: CarriedUnit) -> dict[str, Any]:
    return {"kind": unit.kind.value, "name": unit.name, "within": [_unit(one) for one in unit.within]}


def _role(role: CarriedRole) -> dict[str, Any]:
    return {"name": role.name, "role": role.role.value, "rights": sorted(right.value for right in role.rights)}


def _beside(form: CarriedForm) -> dict[str, Any]:
    classes = form.classes
    questions = {
        path: {"privacy": given.privacy, "part": given.part, "statistic": given.statistic}
        for path, given in classes.questions.items()
    }
    said = {"records": classes.records, "questions": questions} if classes.edition else None
    return {"encrypted": form.encrypted, "left": list(form.left), "classes": said}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
