"""A phone that signs in by name and password, as HTTP Digest asks: it holds no secret in any address, and does all the rest."""

import re
from base64 import b32encode
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from app.web.phones import digest
from core.database import Zone
from ingest.collectors import PhoneSignIn, add_collector, list_collectors, new_sign_in, retire_collector, sign_in_named
from tests.app.test_openrosa.conftest import OPERATION, Phone
from tests.core.test_identity.conftest import Clock

AT = "/collect"


@pytest.fixture
def sign_in(phone: Phone) -> PhoneSignIn:
    made = new_sign_in(phone.ring)
    with phone.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        add_collector(session, OPERATION, "tablet 8", token=made.token)
    return made


def by(sign_in: PhoneSignIn) -> httpx.DigestAuth:
    """Keeps its challenge, as a phone does: only the first request is asked for a password."""
    return httpx.DigestAuth(sign_in.name, sign_in.password)


def posted(phone: Phone, auth: httpx.Auth | None, instance: str = "uuid:1") -> httpx.Response:
    parts = [("xml_submission_file", ("submission.xml", phone.answers(instance), "text/xml"))]
    return phone.client.post(f"{AT}/submission?deviceID=collect%3A1", files=parts, auth=auth)


def test_it_fetches_forms_and_sends_answers(phone: Phone, sign_in: PhoneSignIn) -> None:
    auth = by(sign_in)
    listed = phone.client.get(f"{AT}/formList?verbose=true", auth=auth)
    assert [answer.status_code for answer in (*listed.history, listed)] == [401, 200]
    links = re.findall(r"<(?:downloadUrl|manifestUrl)>([^<]+)<", listed.text)
    assert links
    assert all(link.startswith("http://testserver/collect/") for link in links)
    manifest = next(link for link in links if "/manifest" in link)
    for link in (*links, *re.findall(r"<downloadUrl>([^<]+)<", phone.client.get(manifest, auth=auth).text)):
        assert phone.client.get(link, auth=auth).status_code == 200
    assert phone.client.head(f"{AT}/submission", auth=auth).status_code == 204
    assert posted(phone, auth).status_code == 201
    assert posted(phone, auth).status_code == 202, "it had arrived before"
    assert len(phone.told) == 1
    assert sign_in.token not in listed.text


def test_it_is_asked_in_words_of_the_protocol(phone: Phone) -> None:
    asked = posted(phone, None)
    assert (asked.status_code, asked.headers["connection"]) == (401, "close")
    assert asked.headers["x-openrosa-version"] == "1.0"
    challenge = r'Digest realm="Waystation", qop="auth", algorithm=MD5, nonce="[0-9a-f.]+"'
    assert re.fullmatch(challenge, asked.headers["www-authenticate"])
    assert "name and password" in Phone.shows(asked)
    assert phone.quarantine() == []


def test_who_answers_wrongly_is_asked_again_and_nothing_is_kept(phone: Phone, sign_in: PhoneSignIn) -> None:
    unknown = sign_in_named(phone.ring, "phone-aaaaaaaa")
    for auth in (httpx.DigestAuth(sign_in.name, "wrong"), httpx.DigestAuth("phone-bbbbbbbb", sign_in.password)):
        assert posted(phone, auth).status_code == 401
    assert posted(phone, httpx.BasicAuth(sign_in.name, sign_in.password)).status_code == 401
    assert posted(phone, by(unknown)).status_code == 403, "its password is right, and nobody has it"
    assert phone.told == []


def test_a_retired_phone_is_told_so_and_not_asked_for_a_password(phone: Phone, sign_in: PhoneSignIn) -> None:
    with phone.database.transaction(Zone.COLLECTION, operation=OPERATION, actor="administrator") as session:
        one = next(one for one in list_collectors(session, OPERATION) if one.name == "tablet 8")
        retire_collector(session, one.id)
    refused = posted(phone, by(sign_in))
    assert refused.status_code == 403
    assert "not registered here, or no longer" in Phone.shows(refused)


def test_a_challenge_is_over_after_ten_minutes_and_the_phone_asked_anew(
    phone: Phone,
    sign_in: PhoneSignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = Clock(datetime(2026, 2, 16, 9, 0, tzinfo=UTC))
    monkeypatch.setattr(digest, "now", lambda: moment.at)
    auth = by(sign_in)
    assert posted(phone, auth).status_code == 201
    moment.pass_by(minutes=11)
    late = posted(phone, _Once(auth))
    assert late.status_code == 401
    assert late.headers["www-authenticate"].endswith(", stale=true")
    assert posted(phone, auth).status_code == 202, "it answers the new one by itself"


class _Once(httpx.Auth):
    """Answers with what it knows and not again."""

    def __init__(self, auth: httpx.DigestAuth) -> None:
        self._auth = auth

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]
        yield next(self._auth.auth_flow(request))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('uri="/collect/formList"', 'uri="/collect/submission"'),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=MD5", "algorithm=SHA-256"),
        ('realm="Waystation"', 'realm="Elsewhere"'),
        ("nc=00000002", "nc=00000003"),
        ("response=", "answer="),
        ('nonce="', 'nonce="f'),
        ("Digest ", "Digest ="),
        ("Digest ", "Digest " + "a" * 3_000 + "=b, "),
    ],
)
def test_an_answer_to_something_else_lets_nobody_in(phone: Phone, sign_in: PhoneSignIn, was: str, becomes: str) -> None:
    auth = by(sign_in)
    phone.client.get(f"{AT}/formList", auth=auth)
    request = phone.client.build_request("GET", f"{AT}/formList")
    said = next(auth.auth_flow(request)).headers["authorization"]
    assert was in said
    assert phone.client.get(f"{AT}/formList", headers={"Authorization": said}).status_code == 200
    answer = phone.client.get(f"{AT}/formList", headers={"Authorization": said.replace(was, becomes)})
    assert answer.status_code == 401


def test_nothing_of_name_password_or_token_is_kept(phone: Phone, sign_in: PhoneSignIn) -> None:
    with phone.database.transaction(Zone.COLLECTION, operation=OPERATION) as session:
        rows = str([vars(one) for one in list_collectors(session, OPERATION)])
    assert not [secret for secret in (sign_in.name, sign_in.password, sign_in.token) if secret in rows]
    assert sign_in_named(phone.ring, sign_in.name) == sign_in, "the key ring makes them of the name"
    assert len(b32encode(UUID(int=0).bytes[:15])) == len(sign_in.password)
