"""Roles of an operation's own: a role of the program with some of its rights and no others, under a name.

An administrator alone makes one, as they alone take a role back: it can never do more than the role that it is made of.
What it may do never changes: who wants another makes another, so that nobody who holds one may suddenly do something else.
"""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import access_of, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import OwnRoleUnfit, OwnRoleUnknown
from core.identity.models import OwnRole
from core.permissions import Right, Role, rights_of

__all__ = ["LONGEST_NAME", "add_own_role", "find_own_role", "list_own_roles", "retire_own_role"]

LONGEST_NAME = 60  # letters


def add_own_role(session: Session, name: str, role: Role, rights: Collection[Right]) -> UUID:
    """Make a role of this operation; its id. Raises `NotAllowed` or `OwnRoleUnfit`."""
    access, name = require(session, Right.MANAGE_ACCOUNTS, subject="identity.own_role"), name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise OwnRoleUnfit(reason=f"its name has 1 to {LONGEST_NAME} letters")
    if any(one.name == name and one.retired_at is None for one in list_own_roles(session)):
        raise OwnRoleUnfit(reason="another has that name")
    if not rights or not set(rights) < rights_of(role):
        raise OwnRoleUnfit(reason="it has some of the rights of the role that it is made of, and not all")
    made = OwnRole(
        id=uuid4(),
        operation=access.operation,
        name=name,
        role=role,
        rights=sorted(right.value for right in rights),
        added_by=access.actor,
        added_at=now(),
        retired_at=None,
    )
    session.add(made)
    session.flush()
    _tell(session, made, "own role added")
    return made.id


def retire_own_role(session: Session, own_role: UUID) -> None:
    """Give it to nobody from now on; who holds it goes on. Raises `NotAllowed` or `OwnRoleUnknown`."""
    require(session, Right.MANAGE_ACCOUNTS, subject=f"identity.own_role:{own_role}")
    found = find_own_role(session, own_role)
    found.retired_at = now()
    session.flush()
    _tell(session, found, "own role retired")


def find_own_role(session: Session, own_role: UUID) -> OwnRole:
    """The one that can be given; raises `OwnRoleUnknown`."""
    found = session.get(OwnRole, own_role)
    if found is None or found.retired_at is not None or found.operation != access_of(session).operation:
        raise OwnRoleUnknown
    return found


def list_own_roles(session: Session) -> Sequence[OwnRole]:
    """All of the operation, retired ones too, by name. What they are called is known to everybody who works here."""
    here = OwnRole.operation == access_of(session).operation
    return session.scalars(select(OwnRole).where(here).order_by(OwnRole.name, OwnRole.added_at)).all()


def _tell(session: Session, own_role: OwnRole, what: str) -> None:
    detail = {"change": what, "role": own_role.role, "rights": own_role.rights}
    record(session, Action.ACCOUNT_CHANGED, f"identity.own_role:{own_role.id}", purpose=Purpose.ADMINISTRATION, detail=detail)
