"""What a new operation needs before people are interviewed, and whether it is there: looked at, never noted down by hand.

By the program itself: whoever sets an operation up need hold no right to what others keep. It asks whether, and how many, and
reads nothing of anybody.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, select

import forms
from app.web.desk import Desk
from casework.caseload import has_cases
from core.access import Access
from core.database import Zone
from core.identity.grants import grants_given
from core.identity.units import open_units
from core.models import PlaceRow
from core.permissions import Role
from core.policies import PolicyKind, active_policy
from ingest.collectors import list_collectors

__all__ = ["FirstStep", "first_steps"]


@dataclass(frozen=True)
class FirstStep:
    """One of them. `done` is None where it cannot be seen from here; `address` is empty where a command does it."""

    name: str
    done: bool | None
    address: str = ""


def first_steps(desk: Desk, access: Access) -> list[FirstStep]:
    """All of them, in the order in which they are best done."""
    operation, program = access.operation, Access.of_system(access.actor, access.operation)
    with desk.database.transaction(Zone.COLLECTION, access=program) as session:
        places = bool(session.scalar(select(exists().where(PlaceRow.operation == operation))))
        published = bool(forms.list_forms(session, operation))
        phones = bool(list_collectors(session, operation))
    with desk.database.transaction(Zone.IDENTITY, access=program) as session:
        units = bool(open_units(session))
        held = {(grant.role, grant.account) for grant in grants_given(session, operation)}
    with desk.database.transaction(Zone.CASEWORK, access=program) as session:
        programme = active_policy(session, PolicyKind.PROGRAMME) is not None
        interview = has_cases(session, operation)
    roles = [role for role, _ in held]
    return [
        FirstStep("places", places, "/places"),
        FirstStep("keys", None),
        FirstStep("units", units, "/units"),
        FirstStep("accounts", _are_held(roles, (Role.CASEWORKER, Role.SUPERVISOR), 1), "/accounts"),
        FirstStep("second", _are_held(roles, (Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER), 2), "/accounts"),
        FirstStep("forms", published, "/forms/publish"),
        FirstStep("phone", phones, "/collectors"),
        FirstStep("programme", programme, "/programme"),
        FirstStep("interview", interview, "/cases"),
    ]


def _are_held(roles: Collection[str], wanted: Collection[Role], by: int) -> bool:
    """Whether each role is held by so many accounts."""
    return all(sum(role == one for role in roles) >= by for one in wanted)
