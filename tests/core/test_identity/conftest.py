"""People who work here: accounts with what they sign in with, and a clock that a test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.access import Access
from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, access_for, give_role
from core.identity.models import AccountKind
from core.identity.passwords import set_password
from core.keys.keyring import KeyRing
from core.permissions import Role

OPERATION = "TEST"
PASSWORD = "a lantern beyond the river"


@dataclass
class Clock:
    """The present moment of a test, which passes only when told to."""

    at: datetime

    def pass_by(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Moves every clock that the code reads."""
    stopped = Clock(datetime(2026, 2, 16, 9, 0, tzinfo=UTC))
    for module in (
        "accounts", "attempts", "enrolment", "grants", "own_roles", "passkeys", "passwords", "recovery_codes", "second_factor",
        "service_tokens", "sessions",
    ):  # fmt: skip
        monkeypatch.setattr(f"core.identity.{module}.now", lambda: stopped.at)
    monkeypatch.setattr(clock, "now", lambda: stopped.at)
    return stopped


@dataclass
class Office:
    """An installation's accounts, reached as the program itself or as one of them."""

    database: Database
    ring: KeyRing

    @contextmanager
    def itself(self, operation: str = "") -> Iterator[Session]:
        with self.database.transaction(Zone.IDENTITY, operation=operation, actor="administrator") as session:
            yield session

    @contextmanager
    def on_behalf_of(self, account: UUID, operation: str = OPERATION) -> Iterator[Session]:
        with self.database.transaction(Zone.IDENTITY, access=self.access(account, operation)) as session:
            yield session

    def access(self, account: UUID, operation: str = OPERATION) -> Access:
        with self.itself() as session:
            return access_for(session, account, operation) if operation else Access(str(account), "")

    def add(self, name: str = "", *roles: Role, kind: AccountKind = AccountKind.PERSON) -> UUID:
        """An account that holds roles in the whole operation, added and given on the server itself."""
        with self.itself() as session:
            account = add_account(session, self.ring, name or f"worker-{uuid4().hex[:8]}", "Amal Example", kind=kind)
            for role in roles:
                give_role(session, account, role, OPERATION, Reach())
        return account

    def person(self, name: str = "amal", *roles: Role) -> UUID:
        """Somebody with the password `PASSWORD`."""
        account = self.add(name, *roles)
        with self.itself() as session:
            set_password(session, account, PASSWORD)
        return account


@pytest.fixture
def office(database: Database, ring: KeyRing) -> Office:
    return Office(database, ring)
