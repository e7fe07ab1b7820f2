"""On whose behalf a transaction works: an account with its grants, or the program itself.

A grant is a role within a reach: an organisation, an area, a team, or the worker's own records. A record lies in
somebody's custody, which names the same four. The transaction states its reach, and row-level security compares the
two (`custody LIKE ANY (reach)`); the code asks `require`, which also knows which right is meant. What neither grants is denied.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from core.errors import Problem
from core.permissions import Right, Role, holds

__all__ = [
    "ANY",
    "INFO",
    "UNASSIGNED",
    "Access",
    "Custody",
    "CustodyDamaged",
    "Grant",
    "NotAllowed",
    "access_of",
    "require",
    "require_throughout",
]

ANY: Final = "%"
NOBODY: Final = "-"
UNIT: Final = re.compile(r"[0-9A-Za-z-]+")  # without `_`, which means any letter in LIKE
INFO: Final = "waystation.access"


class NotAllowed(Problem):
    """A denial. The database leaves a line of it in the audit log when the transaction is rolled back."""

    code = "CORE-401"
    says = "Your account may not do this here ({right})."
    remedy = "Ask for it where your role or area is assigned, or ask a colleague who may. The attempt is in the audit log."

    def __init__(self, right: Right, subject: str = "", **where: object) -> None:
        self.subject = subject
        super().__init__(right=right.value, **where)


class CustodyDamaged(Problem):
    """PostgreSQL refuses to store one; only who owns the tables could have put it there."""

    code = "CORE-402"
    says = "A record's custody cannot be read: it is not four units."
    remedy = "Treat it as tampering: keep the database as it is, read the audit log for the record, then assign it again."


@dataclass(frozen=True)
class Custody:
    """Where a record lies: ids of an organisation, an area, a team and a worker; `-` where there is none."""

    organisation: str = NOBODY
    area: str = NOBODY
    team: str = NOBODY
    worker: str = NOBODY

    def __post_init__(self) -> None:
        for unit in (self.organisation, self.area, self.team, self.worker):
            if not UNIT.fullmatch(unit):
                raise ValueError("a unit's id holds letters, digits and hyphens only")

    @classmethod
    def parse(cls, text: str) -> "Custody":
        """Read what `str` wrote, as it stands in the database; raises `CustodyDamaged`."""
        try:
            organisation, area, team, worker = text.split("/")
            return cls(organisation, area, team, worker)
        except ValueError:
            raise CustodyDamaged from None

    def __str__(self) -> str:
        return "/".join((self.organisation, self.area, self.team, self.worker))


UNASSIGNED: Final = Custody()


@dataclass(frozen=True)
class Grant:
    """A role within a reach; what is not named is not limited. `only`: of its rights these (`core.identity.own_roles`).

    `provider`: of which provider of the programme a partner is, by its code.
    """

    role: Role
    organisation: str = ANY
    area: str = ANY
    team: str = ANY
    worker: str = ANY
    only: frozenset[Right] | None = None
    provider: str = ""

    @property
    def reach(self) -> str:
        """The pattern that row-level security compares custodies with."""
        return "/".join((self.organisation, self.area, self.team, self.worker))

    def holds(self, right: Right) -> bool:
        """Whether it gives the right, wherever that may be."""
        return holds(self.role, right) and (self.only is None or right in self.only)

    def covers(self, custody: Custody) -> bool:
        """Whether a record in this custody lies within the grant."""
        pairs = (
            (self.organisation, custody.organisation),
            (self.area, custody.area),
            (self.team, custody.team),
            (self.worker, custody.worker),
        )
        return all(granted in (ANY, held) for granted, held in pairs)


@dataclass(frozen=True)
class Access:
    """Who acts, in which operation, with which grants; `system` is the program itself, in reach of everything there.

    `only` narrows the grants to some rights, as a service token does; none: every right of their roles.
    """

    actor: str
    operation: str
    grants: tuple[Grant, ...] = field(default=())
    system: bool = False
    only: frozenset[Right] | None = None

    @classmethod
    def of_system(cls, actor: str, operation: str) -> "Access":
        """The program at work: a worker's task, or a command on the server itself."""
        return cls(actor, operation, system=True)

    @property
    def reach(self) -> str:
        """What the transaction states: patterns separated by spaces; `%` for the program itself; empty reaches nothing."""
        return ANY if self.system else " ".join(sorted({grant.reach for grant in self.grants}))

    def may(self, right: Right, custody: Custody | None = None) -> bool:
        """Whether some grant holds the right and, where a record is meant, covers its custody."""
        if self.only is not None and right not in self.only:
            return False
        return self.system or any(grant.holds(right) and (custody is None or grant.covers(custody)) for grant in self.grants)

    def grants_of(self, right: Right) -> tuple[Grant, ...]:
        """Those of the grants that give this right."""
        return tuple(grant for grant in self.grants if self.may(right) and grant.holds(right))

    def providers(self, right: Right) -> frozenset[str]:
        """For which providers of the programme it has the right: those that the partner's roles with it name."""
        return frozenset(grant.provider for grant in self.grants_of(right) if grant.provider)

    def may_throughout(self, right: Right, custodies: Collection[Custody]) -> bool:
        """Whether it may in each of these custodies; where none is named, whether it may at all."""
        return all(self.may(right, custody) for custody in custodies or (None,))


def access_of(session: Session) -> Access:
    """On whose behalf this transaction works."""
    access: Access = session.info[INFO]
    return access


def require(session: Session, right: Right, custody: Custody | None = None, *, subject: str = "") -> Access:
    """The access, if it may; raises `NotAllowed`. `subject` names the record for the audit log, as `casework.person:<id>`."""
    return require_throughout(session, right, () if custody is None else (custody,), subject=subject)


def require_throughout(session: Session, right: Right, custodies: Collection[Custody], *, subject: str = "") -> Access:
    """The same in each of these custodies; where none is named, in any. Raises `NotAllowed`."""
    access = access_of(session)
    if not access.may_throughout(right, custodies):
        raise NotAllowed(right, subject)
    return access
