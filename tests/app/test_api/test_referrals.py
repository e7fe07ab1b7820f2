"""A partner's program reads and answers what was referred to the partner: as the page does, and nothing more."""

from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.web.application import create_application
from core.audit import audited_entries
from core.database import Database, Zone
from core.identity import service_tokens
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser
from tests.app.test_api.conftest import SECOND, Clinic
from tests.app.test_cases.conftest import Office
from tests.app.test_cases.test_referral_pages import REASON

Status = HTTPStatus


def test_a_program_reads_what_was_referred_answers_it_and_sees_no_more(office: Office, clinic: Clinic, entry: UUID) -> None:
    listed = clinic.ask("GET", "/referrals").json()
    assert [(one["id"], one["state"]) for one in listed["referrals"]] == [(str(entry), "sent")]
    assert REASON not in str(listed)
    read = clinic.read(entry)
    told = {one["question"]: one["value"] for one in read.json()["told"]}
    assert set(read.json()) == {"id", "state", "since", "due", "until", "said", "told", "answers"}
    assert (read.json()["said"]["reason"], told["prs_MobilePhone"]) == (REASON, "+252 61 555 0199")
    assert "Told to nobody but Amal" not in read.text
    assert str(office.case) not in read.text
    assert str(office.person) not in read.text
    accepted = clinic.answer(entry, "accept", "Tuesday at nine", etag=read.headers["ETag"])
    assert (accepted.status_code, accepted.text) == (Status.NO_CONTENT, "")
    assert "Tuesday at nine" in office.amal.get(office.address).text
    assert clinic.answer(entry, "complete", etag=clinic.read(entry).headers["ETag"], number=2).is_success
    assert clinic.read(entry).status_code == Status.NOT_FOUND
    assert office.stands(entry)[1] == "done"


def test_the_same_answer_again_is_one_answer_and_one_over_anothers_is_none(office: Office, clinic: Clinic, entry: UUID) -> None:
    etag = clinic.read(entry).headers["ETag"]
    assert clinic.answer(entry, "accept", "First", etag=etag).is_success
    stands = office.stands(entry)
    assert clinic.answer(entry, "accept", "First", etag=etag).is_success
    assert office.stands(entry) == stands
    late = clinic.answer(entry, "complete", etag=etag, number=2)
    assert (late.status_code, late.json()["code"]) == (Status.PRECONDITION_FAILED, "CASE-172")
    without = clinic.ask("PUT", f"/referrals/{entry}/answers/{SECOND}3", json={"act": "complete"})
    assert (without.status_code, without.json()["code"]) == (Status.PRECONDITION_REQUIRED, "APP-183")
    assert office.stands(entry) == stands


def test_each_reading_and_answer_is_a_line_as_on_screen(
    office: Office, clinic: Clinic, dora: Browser, entry: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines() -> list[tuple[str, str, object]]:
        with office.team.database.transaction(Zone.AUDIT) as session:
            mine = [line for line in audited_entries(session) if line.actor == str(dora.account) and line.purpose == "referral"]
        return sorted((line.action, line.subject, str(line.detail)) for line in mine)

    dora.get(f"/referrals/{entry}")
    on_screen = lines()
    clinic.read(entry)
    assert lines() == sorted(on_screen * 2)
    clinic.answer(entry, "accept", etag=clinic.read(entry).headers["ETag"])
    assert ("worked", f"casework.case:{office.case}") in {line[:2] for line in lines()}
    with office.team.database.transaction(Zone.AUDIT) as session:
        assert [it.subject for it in audited_entries(session) if it.subject.startswith("identity.service_token:")]
    monkeypatch.setattr(service_tokens, "MOST_A_MINUTE", 3)
    busy = clinic.read(entry)
    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (Status.TOO_MANY_REQUESTS, "CORE-432", "60")


def test_a_refusal_is_problem_details_and_repeats_nothing(clinic: Clinic, entry: UUID) -> None:
    etag = clinic.read(entry).headers["ETag"]
    nobodys = UUID(f"{SECOND}9")
    given = {"headers": {"If-Match": etag, "Content-Type": "application/json"}}
    answers = f"/referrals/{entry}/answers/{SECOND}1"
    for answer, status, code in (
        (clinic.read(nobodys), Status.NOT_FOUND, "CASE-231"),
        (clinic.answer(nobodys, "accept", etag=etag), Status.FORBIDDEN, "CORE-401"),
        (clinic.answer(entry, "reject", etag=etag), Status.UNPROCESSABLE_ENTITY, "CASE-174"),
        (clinic.ask("PUT", answers, content='{"act": "Quintessa"}', **given), Status.UNPROCESSABLE_ENTITY, "APP-182"),
        (clinic.ask("PUT", answers, content="Quintessa", **given), Status.UNPROCESSABLE_ENTITY, "APP-182"),
        (clinic.ask("PUT", answers, content=b"x" * 300_000, **given), Status.REQUEST_ENTITY_TOO_LARGE, "APP-103"),
        (clinic.ask("GET", "/referrals/Quintessa"), Status.UNPROCESSABLE_ENTITY, "APP-182"),
        (clinic.ask("GET", "/persons"), Status.NOT_FOUND, "APP-184"),
        (clinic.ask("DELETE", f"/referrals/{entry}"), Status.METHOD_NOT_ALLOWED, "APP-184"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Quintessa" not in answer.text
        assert answer.json()["what_to_do"]


def test_a_token_is_for_its_partner_and_for_no_page(office: Office, clinic: Clinic, dora: Browser, entry: UUID) -> None:
    other = office.sit("erik", Role.PARTNER, team=office.two)
    assert str(entry) not in other.get("/referrals").text
    for path in ("/referrals", f"/referrals/{entry}", "/account", "/own-tokens", "/work"):
        page = clinic.client.get(path, headers={"Authorization": f"Bearer {clinic.token}"}, follow_redirects=False)
        assert page.status_code == Status.UNAUTHORIZED, path
    for wrong in ("", "wst_guessed", clinic.token[:-1]):
        refused = Clinic(clinic.client, wrong).read(entry)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (Status.UNAUTHORIZED, "Bearer")
        assert refused.json()["code"] == "CORE-422"
    assert clinic.client.get(f"/api/v1/referrals?token={clinic.token}").status_code == Status.UNAUTHORIZED
    with TestClient(office.site.application, base_url="http://localhost", cookies=dora.client.cookies) as browser:
        assert browser.get("/api/v1/referrals").status_code == Status.UNAUTHORIZED
    [revoking] = [it for it in dora.get("/own-tokens").text.split('"') if it.endswith("/revoke")]
    dora.send(revoking, page="/own-tokens")
    assert clinic.read(entry).status_code == Status.UNAUTHORIZED


def test_the_description_is_open_and_names_every_route(database: Database, ring: KeyRing) -> None:
    application = create_application(database, ring, Settings(), lambda _operation, _submissions: None)
    said = TestClient(application).get("/api/v1/openapi.json").json()
    assert set(said["paths"]) == {
        "/api/v1/referrals",
        "/api/v1/referrals/{referral}",
        "/api/v1/referrals/{referral}/answers/{answer}",
        "/api/v1/handed-on",
        "/api/v1/handed-on/{file}",
        "/api/v1/exports",
        "/api/v1/exports/{export}/file",
        "/api/v1/exports/{export}/received",
    }
    for path in said["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"token": []}]
            assert operation["responses"]["401"]["content"].keys() == {"application/problem+json"}
