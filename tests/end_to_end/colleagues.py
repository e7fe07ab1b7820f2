"""Those who work at the screens during a season. Whatever they are answered is kept, to be searched afterwards."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import UUID

import httpx

from app.program import Program
from core.clock import now
from core.database import Zone
from core.identity import second_factor as app  # its clockwork is its own
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage
from core.identity.passwords import set_password
from core.identity.recovery_codes import make_recovery_codes
from core.identity.second_factor import add_totp
from core.identity.sessions import open_session
from core.permissions import Role

__all__ = ["Answer", "Colleague", "Factors", "hire"]

TOKEN: Final = re.compile(r'name="form_token" value="(\w+)"')


@dataclass(frozen=True)
class Answer:
    """What a server answered to one request, redirections included; `asked_for`: the reader had asked for words, and may."""

    reader: str
    request: str
    head: bytes = field(repr=False)
    page: bytes = field(repr=False)
    asked_for: bool


@dataclass
class Colleague:
    """Somebody signed in at a browser without a script."""

    client: httpx.Client
    account: UUID
    sign_in_name: str
    answers: list[Answer]
    _asks_for: bool = False

    def look(self, path: str, *, sees: bool = False, status: HTTPStatus = HTTPStatus.OK) -> str:
        """Open a page; `sees`: it shows somebody's answers to this colleague, who may read them."""
        return self._said("GET", path, sees=sees, status=status).text

    def try_to_look(self, path: str) -> None:
        """Open a page that may be closed to this colleague."""
        self._asks_for = False
        assert self.client.get(path).status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, path

    def do(
        self, path: str, *, page: str = "/account", sees: bool = False, status: HTTPStatus = HTTPStatus.OK, **fields: object
    ) -> httpx.Response:
        """Send the form of a page, and come to where it leads."""
        return self.fill_in(path, fields, page=page, sees=sees, status=status)

    def fill_in(
        self, path: str, fields: dict[str, object], *, page: str, sees: bool = False, status: HTTPStatus = HTTPStatus.OK
    ) -> httpx.Response:
        """The same where a field has a name that stands for something here."""
        [token] = set(TOKEN.findall(self._said("GET", page, sees=False, status=HTTPStatus.OK).text))
        return self._said("POST", path, sees=sees, status=status, data={"form_token": token, **fields})

    def _said(
        self, method: str, path: str, *, sees: bool, status: HTTPStatus, data: dict[str, object] | None = None
    ) -> httpx.Response:
        self._asks_for = sees
        answer = self.client.request(method, path, data=data)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}"
        return answer

    def prove(self, program: Program, password: str) -> "Factors":
        """Set what this colleague signs in with, as enrolment does."""
        key = app.new_totp_key()
        with program.database.transaction(Zone.IDENTITY, actor="enrolment") as session:
            set_password(session, self.account, password)
            # Only now: to set a password takes long enough for half a minute to end.
            add_totp(session, program.ring, self.account, key, _code_at(key, int(now().timestamp()) - app.STEP_SECONDS))
            codes = make_recovery_codes(session, program.ring, self.account)
        return Factors(self.sign_in_name, password, key, list(codes))

    def sign_in(self, factors: "Factors") -> None:
        """With both factors, in a browser that nobody was signed in with."""
        self.client.cookies.clear()
        self.do("/sign-in", page="/sign-in", name=factors.name, password=factors.password)
        self.do("/sign-in/second", page="/sign-in/second", code=factors.code())

    def keep(self, answer: httpx.Response) -> None:
        answer.read()
        head = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
        request = f"{answer.request.method} {answer.request.url.path}"
        self.answers.append(Answer(self.sign_in_name, request, head, answer.content, self._asks_for))


@dataclass
class Factors:
    """What somebody signs in with: a password, and an app whose codes are used once, or a recovery code."""

    name: str
    password: str = field(repr=False)
    key: str = field(repr=False)
    recovery_codes: list[str] = field(repr=False)
    _of_app: bool = True

    def code(self) -> str:
        """The app's code the first time; it is spent for half a minute, so recovery codes afterwards."""
        if not self._of_app:
            return self.recovery_codes.pop()
        self._of_app = False
        return _code_at(self.key, int(now().timestamp()))

    def typed(self) -> str:
        """What a command is answered that asks who runs it."""
        return f"{self.name}\n{self.password}\n{self.code()}\n"


def _code_at(key: str, moment: int) -> str:
    return app._generator(app._secret(key)).generate(moment // app.STEP_SECONDS * app.STEP_SECONDS).decode()


def hire(
    program: Program,
    transport: httpx.BaseTransport,
    address: str,
    answers: list[Answer],
    *,
    operation: str,
    name: str,
    display_name: str,
    roles: Sequence[Role],
    reach: Reach,
) -> Colleague:
    """Somebody new with these roles, already signed in."""
    with program.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, program.ring, name, display_name, kind=AccountKind.PERSON)
        for role in roles:
            give_role(session, account, role, operation, reach)
        cookie = open_session(session, account, Stage.SIGNED_IN, "a browser")
    client = httpx.Client(
        transport=transport, base_url=address, cookies={"waystation": cookie}, follow_redirects=True, timeout=60
    )
    colleague = Colleague(client, account, name, answers)
    client.event_hooks = {"response": [colleague.keep]}
    return colleague
