"""The table of rights, tried through the interface: every role's token, each right by itself, and whatever ends a token."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from core.database import Zone
from core.identity.accounts import add_account, deactivate
from core.identity.grants import Reach, give_role, take_back
from core.identity.models import AccountKind
from core.identity.service_tokens import FOR_PARTNERS, add_token, revoke_token
from core.permissions import PERMISSIONS, Right, Role
from tests.app.test_api.conftest import SECOND, Clinic
from tests.app.test_cases.conftest import Office
from tests.app.test_htcds.test_handed_on import LEILA
from tests.casework.conftest import OPERATION

Status = HTTPStatus
NOBODYS = f"{SECOND}9"
ANSWER = {"json": {"act": "accept"}, "headers": {"If-Match": '"1"'}}
# What each right opens: what asks for it, and how it ends for who may, of a referral or file that is nobody's.
TABLE: dict[Right, list[tuple[str, str, dict[str, object], Status]]] = {
    Right.ANSWER_REFERRAL: [
        ("GET", "/referrals", {}, Status.OK),
        ("GET", f"/referrals/{NOBODYS}", {}, Status.NOT_FOUND),
    ],
    Right.HAND_IN_PERSONS: [
        ("POST", "/handed-on", {"content": json.dumps([LEILA])}, Status.CREATED),
        ("GET", f"/handed-on/{NOBODYS}", {}, Status.NOT_FOUND),
    ],
    Right.FETCH_EXPORTS: [
        ("GET", "/exports", {}, Status.OK),
        ("GET", f"/exports/{NOBODYS}/file", {}, Status.NOT_FOUND),
        ("POST", f"/exports/{NOBODYS}/received", {}, Status.NOT_FOUND),
    ],
}


class Hired:
    """A program's account with one role, and a token."""

    def __init__(self, office: Office, role: Role, *rights: Right) -> None:
        self.office, self.site = office, office.site
        with self._itself() as session:
            self.account = add_account(session, self.site.ring, f"a-{uuid4().hex[:8]}", "Sync", kind=AccountKind.SERVICE)
            self.grant = give_role(session, self.account, role, OPERATION, Reach())
            self.number, token = add_token(session, self.grant, rights, 1)
        self.program = Clinic(TestClient(self.site.application, base_url="http://localhost"), token)

    def end(self, how: Callable[[Session, "Hired"], None]) -> None:
        with self._itself() as session:
            how(session, self)

    def _itself(self) -> AbstractContextManager[Session]:
        return self.site.database.transaction(Zone.IDENTITY, operation=OPERATION, actor="administrator")


def test_a_token_opens_what_its_rights_are_for_and_no_other_roles_opens_anything(office: Office) -> None:
    assert set(TABLE) == set(FOR_PARTNERS)
    for role in Role:
        held = [right for right, roles in PERMISSIONS.items() if role in roles]
        for right in FOR_PARTNERS if role is Role.PARTNER else held[:1]:
            program = Hired(office, role, right).program
            for asked, routes in TABLE.items():
                for method, path, given, ends in routes:
                    answer = program.ask(method, path, **given)
                    allowed = ends if asked is right else Status.FORBIDDEN
                    assert answer.status_code == (allowed if role is Role.PARTNER else Status.UNAUTHORIZED), (role, right, path)
    answering = Hired(office, Role.PARTNER, Right.HAND_IN_PERSONS).program
    refused = answering.ask("PUT", f"/referrals/{NOBODYS}/answers/{SECOND}1", **ANSWER)
    assert (refused.status_code, refused.json()["code"]) == (Status.FORBIDDEN, "CORE-401")


ENDS: dict[str, Callable[[Session, Hired], None]] = {
    "the token is taken back": lambda session, it: revoke_token(session, it.number),
    "the role is taken back": lambda session, it: take_back(session, it.grant),
    "the account is closed": lambda session, it: deactivate(session, it.account),
}


def test_it_ends_at_once_with_what_it_hangs_on(office: Office) -> None:
    for how, end in ENDS.items():
        hired = Hired(office, Role.PARTNER, Right.ANSWER_REFERRAL)
        assert hired.program.ask("GET", "/referrals").status_code == Status.OK
        hired.end(end)
        assert hired.program.ask("GET", "/referrals").status_code == Status.UNAUTHORIZED, how
