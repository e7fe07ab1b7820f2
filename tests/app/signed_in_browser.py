"""Somebody signed in, for tests of pages: their browser, with the token that each page's form carries."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from core.database import Database, Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.sessions import open_session
from core.keys.keyring import KeyRing
from core.permissions import Role

__all__ = ["Browser", "Site"]


@dataclass
class Browser:
    """Somebody signed in. `send` fills in the form token, as the page's own form does."""

    client: TestClient
    account: UUID

    def get(self, path: str, **given: str) -> Response:
        return self.client.get(path, params=given)

    def send(self, path: str, *, page: str, **fields: object) -> Response:
        [token] = set(re.findall(r'name="form_token" value="(\w+)"', self.client.get(page).text))
        return self.client.post(path, data={"form_token": token, **fields})


@dataclass
class Site:
    """The web application on a database, and those who sign in to it."""

    database: Database
    ring: KeyRing
    application: FastAPI
    known: list[UUID] = field(default_factory=list)

    def sign_in(self, name: str, *roles: Role, operation: str = "TEST", reach: Reach | None = None) -> Browser:
        with self.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            account = add_account(session, self.ring, name, f"{name} Example", kind=AccountKind.PERSON)
            for role in roles:
                give_role(session, account, role, operation, reach or Reach())
            token = open_session(session, account, Stage.SIGNED_IN, "a test")
        self.known.append(account)
        client = TestClient(self.application, base_url="http://localhost", cookies={"waystation": token})
        return Browser(client, account)
