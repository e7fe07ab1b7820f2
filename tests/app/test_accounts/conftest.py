"""A browser at the pages behind the sign-in, and people who use it. The address is https, as where data is real."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from app.web.application import create_application
from core.database import Database, Zone
from core.identity import passwords
from core.identity.accounts import add_account
from core.identity.enrolment import give_code
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.core.test_identity.conftest import Clock, moment  # noqa: F401  (a fixture)

OPERATION = "TEST"
PASSWORD = "a lantern beyond the river"


def code_at(key: str, at: float) -> str:
    """What an authenticator app shows."""
    return TOTP(base64.b32decode(key), 6, SHA1(), 30).generate(at).decode()


@pytest.fixture(scope="module", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """These tests hash a hundred passwords; what a hash costs is held by `tests/core/test_identity`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "KIBIBYTES", 8 * passwords.LANES)
        patch.setattr(passwords, "NOBODYS", passwords._nobodys())
        yield


@dataclass
class Browser:
    """Loads pages and sends their forms, each with its hidden fields, as a browser without JavaScript does."""

    client: TestClient
    page: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self._path

    def open(self, path: str) -> "Browser":
        return self._keep(self.client.get(path))

    def send(self, action: str, **fields: str) -> "Browser":
        """Send the form that goes to `action`, as it stands in the page."""
        form = next(form for form in re.findall(r"<form.*?</form>", self.page, re.DOTALL) if f'action="{action}"' in form)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return self.post(action, **{name: unescape(value) for name, value in hidden} | fields)

    def post(self, action: str, **fields: str) -> "Browser":
        return self._keep(self.client.post(action, data=fields))

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, self.page
        return unescape(found[1])

    def _keep(self, answer: Response) -> "Browser":
        self.page, self.status, self.headers = answer.text, answer.status_code, dict(answer.headers)
        self._path = answer.url.path
        return self


@dataclass
class Worker:
    """Somebody with an account: what they know and hold."""

    id: UUID
    name: str
    code: str
    key: str = ""
    recovery: tuple[str, ...] = ()


@dataclass
class Site:
    """The web application, and the people who may use it."""

    database: Database
    ring: KeyRing
    application: FastAPI
    moment: Clock

    def browser(self, address: str = "https://waystation.test", **more: str) -> Browser:
        return Browser(TestClient(self.application, base_url=address, headers=more))

    def hire(self, name: str, *roles: Role, operation: str = OPERATION) -> Worker:
        with self.database.transaction(Zone.IDENTITY, actor="administrator") as session:
            account = add_account(session, self.ring, name, f"{name.title()} Example", kind=AccountKind.PERSON)
            for role in roles:
                give_role(session, account, role, operation, Reach())
            return Worker(account, name, give_code(session, account))

    def enrol(self, worker: Worker, browser: Browser) -> Browser:
        """Walk through enrolment with an authenticator app; the worker keeps its key and the recovery codes."""
        browser.open("/enrol").send("/enrol", code=worker.code)
        browser.send("/enrol/password", password=PASSWORD)
        worker.key = browser.hidden("key")
        browser.send("/enrol/app", code=code_at(worker.key, self.moment.at.timestamp()))
        worker.recovery = tuple(re.findall(r"<li>([A-Z2-7-]+)</li>", browser.page))
        return browser

    def sign_in(self, worker: Worker, browser: Browser, path: str = "/account") -> Browser:
        """Password and a fresh code of the app."""
        self.moment.pass_by(seconds=60)
        browser.open(path).send("/sign-in", name=worker.name, password=PASSWORD)
        return browser.send("/sign-in/second", code=code_at(worker.key, self.moment.at.timestamp()))


@pytest.fixture
def site(database: Database, ring: KeyRing, tmp_path: Path, moment: Clock) -> Site:  # noqa: F811
    application = create_application(database, ring, Settings(var=tmp_path), lambda _operation, _submission: None)
    return Site(database, ring, application, moment)


Enrolled = Callable[..., Worker]


@pytest.fixture
def enrolled(site: Site) -> Enrolled:
    """Somebody who enrolled, elsewhere."""

    def make(name: str, *roles: Role) -> Worker:
        worker = site.hire(name, *roles)
        site.enrol(worker, site.browser())
        return worker

    return make
