"""A partner's program: a token that the partner asked for, an officer agreed to, and the partner alone saw."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from core.permissions import Right, Role
from tests.app.signed_in_browser import Browser
from tests.app.test_cases.conftest import Office
from tests.app.test_cases.conftest import office as office  # noqa: PLC0414  (a fixture)
from tests.app.test_cases.test_referral_pages import dora as dora  # noqa: PLC0414
from tests.app.test_cases.test_referral_pages import entry as entry  # noqa: PLC0414
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SECOND = "00000000-0000-4000-8000-00000000000"


@dataclass
class Clinic:
    """The program of the partner Dora."""

    client: TestClient
    token: str

    def ask(self, method: str, path: str, **given: object) -> Response:
        headers = {"Authorization": f"Bearer {self.token}", **given.pop("headers", {})}  # type: ignore[dict-item]
        return self.client.request(method, f"/api/v1{path}", headers=headers, **given)  # type: ignore[arg-type]

    def read(self, referral: UUID) -> Response:
        return self.ask("GET", f"/referrals/{referral}")

    def answer(self, referral: UUID, act: str, words: str = "", *, etag: str, number: int = 1) -> Response:
        said = {"act": act, "words": words}
        return self.ask("PUT", f"/referrals/{referral}/answers/{SECOND}{number}", json=said, headers={"If-Match": etag})


def token_of(office: Office, partner: Browser, *rights: Right, days: int = 90) -> str:
    """Asked for by the partner on their own page, approved by an officer, made by the partner."""
    asked = partner.send("/own-tokens", page="/own-tokens", right=[it.value for it in rights], days=days)
    assert asked.status_code == HTTPStatus.OK, asked.text
    officer = office.sit("danuta", Role.DATA_PROTECTION_OFFICER)
    [deciding] = re.findall(r'action="(/approvals/[0-9a-f-]+/approve)"', officer.get("/approvals").text)
    assert officer.send(deciding, page="/approvals").status_code == HTTPStatus.OK
    [making] = re.findall(r'action="(/own-tokens/[0-9a-f-]+/make)"', partner.get("/own-tokens").text)
    [token] = re.findall(r"<code>(wst_[\w-]+)</code>", partner.send(making, page="/own-tokens").text)
    return str(token)


@pytest.fixture
def clinic(office: Office, dora: Browser) -> Clinic:
    token = token_of(office, dora, Right.ANSWER_REFERRAL, Right.HAND_IN_PERSONS)
    return Clinic(TestClient(office.site.application, base_url="http://localhost"), token)
