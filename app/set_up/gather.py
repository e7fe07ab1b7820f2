"""Gather the set-up of an operation as it stands: what holds, and neither who decided it nor what waits for a decision."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

import anonymizer
import forms
from app.program import Program
from app.set_up.set_up import CarriedForm, CarriedRole, CarriedUnit, Gazetteer, SetUp, is_list
from app.set_up.write_file import write_file
from casework import erasure
from casework.programme import programme_text
from core.access import Access, NotAllowed
from core.audit import Action, Purpose, record
from core.database import Zone
from core.identity.models import OwnRole, Unit, UnitKind
from core.identity.own_roles import list_own_roles
from core.identity.units import open_units
from core.permissions import Right, Role
from core.places import load_places, write_gazetteer
from core.policies import PolicyKind, active_policy
from forms import classes
from forms.carried import carried_form, published_in_order
from ingest.quality import plans_in_force

__all__ = [
    "MANAGERS",
    "gazetteer_of",
    "lists_of_forms",
    "policy_text",
    "require_manager",
    "roles_of",
    "units_of",
    "write_set_up",
]

# Whoever keeps accounts or changes what is offered or ruled: what is in force is what they work by.
MANAGERS: Final = (Right.MANAGE_ACCOUNTS, Right.CHANGE_PROGRAMME, Right.CHANGE_POLICY)
LARGEST_GAZETTEER: Final = 5_000_000  # bytes; larger ones go by their digest
PLACES_LIST: Final = "places.csv"


def write_set_up(program: Program, access: Access, lists: Collection[str] = ()) -> bytes:
    """The file; logged with its digest. Of the forms' lists only those named in `lists` go along.

    Raises `NotAllowed`, `PackTooLarge`, or what reading a policy raises.
    """
    require_manager(program, access)
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        gazetteer = gazetteer_of(session, access.operation, LARGEST_GAZETTEER)
        published = tuple(_forms(session, access.operation, {*lists}))
    with program.database.transaction(Zone.IDENTITY, access=access) as session:
        units, roles = units_of(open_units(session)), roles_of(list_own_roles(session))
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        policies = {kind: policy_text(session, program, kind) for kind in PolicyKind}
        # How many reports are expected of whom names phones, which may be called after people.
        plans = {form: plan.for_everybody() for form, plan in plans_in_force(session, access.operation).items()}
        content = write_file(SetUp(gazetteer, units, published, policies, plans, roles))
        detail = {"sha256": sha256(content).hexdigest()}
        record(session, Action.EXPORTED, f"core.set_up:{access.operation}", purpose=Purpose.ADMINISTRATION, detail=detail)
    return content


def require_manager(program: Program, access: Access) -> None:
    """Raises `NotAllowed`, within a transaction, so that the attempt is logged."""
    if not any(map(access.may, MANAGERS)):
        with program.database.transaction(Zone.CASEWORK, access=access):
            raise NotAllowed(MANAGERS[0], f"core.set_up:{access.operation}")


def lists_of_forms(program: Program, access: Access) -> list[tuple[str, str]]:
    """The lists that only go along where whoever writes the file says that they name nobody: form and version, and file."""
    require_manager(program, access)
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        own = _own_places(session, access.operation)
        return [
            (f"{form.form_id} {form.version}".strip(), medium.file_name)
            for form in published_in_order(session, access.operation)
            for medium in forms.read_media(session, access.operation, form.form_id, form.version)
            if is_list(medium.file_name) and (medium.file_name, medium.content) != own
        ]


def gazetteer_of(session: Session, operation: str, largest: int) -> Gazetteer:
    """The places with their digest; without the places themselves where they are more than so many bytes."""
    places = load_places(session, operation)
    content = write_gazetteer(places).encode()
    return Gazetteer(len(places), sha256(content).hexdigest(), tuple(places) if len(content) <= largest else None)


def units_of(units: Iterable[Unit]) -> tuple[CarriedUnit, ...]:
    """The open units as trees, in order of kind and name."""
    known = list(units)

    def below(parent: Unit | None) -> tuple[CarriedUnit, ...]:
        inner: Sequence[Unit] = [unit for unit in known if unit.parent == (parent.id if parent else None)]
        inner = sorted(inner, key=lambda unit: (unit.kind, unit.name))
        return tuple(CarriedUnit(UnitKind(unit.kind), unit.name, below(unit)) for unit in inner)

    return below(None)


def roles_of(own: Iterable[OwnRole]) -> tuple[CarriedRole, ...]:
    """The roles of the operation's own that can be given, by name."""
    given = (one for one in own if one.retired_at is None)
    return tuple(CarriedRole(one.name, Role(one.role), frozenset(map(Right, one.rights))) for one in given)


def policy_text(session: Session, program: Program, kind: PolicyKind) -> str:
    """The text that holds: which two people decided, else that of the file, else Waystation's own."""
    match kind:
        case PolicyKind.PROGRAMME:
            return programme_text(session)
        case PolicyKind.RETENTION:
            return active_policy(session, kind) or erasure.retention_text(program.settings.retention_path)
        case PolicyKind.PROTECTION:
            return active_policy(session, kind) or anonymizer.DEFAULT_POLICY.read_text(encoding="utf-8")


def _own_places(session: Session, operation: str) -> tuple[str, bytes]:
    return PLACES_LIST, forms.places_media(load_places(session, operation))


def _forms(session: Session, operation: str, lists: set[str]) -> Iterable[CarriedForm]:
    own = _own_places(session, operation)
    for form in published_in_order(session, operation):
        media = {one.file_name: one.content for one in forms.read_media(session, operation, form.form_id, form.version)}
        left = {name for name in media if is_list(name) and name not in lists and (name, media[name]) != own}
        yield CarriedForm(
            carried_form(form.xform),
            {name: content for name, content in media.items() if name not in left},
            tuple(sorted(left)),
            form.encrypted,
            classes.form_to_classify(session, operation, form.form_id, form.version).classes,
        )
