"""Administrators' pages of units and of service tokens."""

import re
from uuid import UUID

from fastapi.testclient import TestClient

from app.program import Program
from core.database import Zone
from core.identity.grants import Reach, give_role
from core.permissions import PERMISSIONS, Right, Role
from core.settings import Settings
from tests.app.test_accounts.conftest import OPERATION, Browser, Enrolled, Site
from tests.app.test_search_worker import add


def at(site: Site, enrolled: Enrolled, name: str, role: Role, path: str) -> Browser:
    return site.sign_in(enrolled(name, role), site.browser(), path)


def test_units_are_added_one_within_another_and_can_be_named_in_a_role(site: Site, enrolled: Enrolled) -> None:
    boss = at(site, enrolled, "boss", Role.ADMINISTRATOR, "/units")
    boss.send("/units", kind="organisation", name="Lake clinic", parent="")
    [lake] = re.findall(r'<option value="([0-9a-f-]{36})">Organisation: Lake clinic', boss.page)
    boss.send("/units", kind="team", name="Night team", parent=lake)
    assert "It was added" in boss.page
    assert re.search(r"<bdi>Night team</bdi></td><td data-label=\"Lies in\"><bdi>Lake clinic</bdi>", boss.page)
    boss.send("/units", kind="area", name="North", parent="")
    assert boss.status == 422
    assert "an area in an organisation" in boss.page
    assert 'value="North"' in boss.page  # what was typed is not lost


def test_a_unit_is_renamed_and_closed_and_then_nothing_new_is_given_to_it(site: Site, enrolled: Enrolled) -> None:
    boss = at(site, enrolled, "boss", Role.ADMINISTRATOR, "/units")
    boss.send("/units", kind="organisation", name="Lake clinic", parent="")
    [lake] = re.findall(r'<option value="([0-9a-f-]{36})">Organisation: Lake clinic', boss.page)
    boss.send("/units", kind="team", name="Night team", parent=lake)
    [team] = set(re.findall(r'action="/units/([0-9a-f-]{36})/close"', boss.page)) - {lake}
    boss.send(f"/units/{lake}/close")
    assert boss.status == 409
    assert "1 other open units lie in it" in boss.page
    boss.send(f"/units/{team}/rename", name="Day team")
    assert "<bdi>Day team</bdi>" in boss.page
    assert "Night team" not in boss.page
    for unit in (team, lake):
        boss.send(f"/units/{unit}/close")
    assert boss.page.count("Closed on") == 2
    assert "Organisation: Lake clinic" not in boss.page  # to lie in
    colleague = re.findall(r'href="(/accounts/[0-9a-f-]{36})"', boss.open("/accounts").page)[0]
    assert "Lake clinic" not in boss.open(colleague).page  # to reach
    boss.open("/units").send("/units", kind="team", name="Late team", parent=lake)
    assert boss.status == 404


def test_what_is_left_in_a_closed_unit_is_listed_for_whoever_moves_it(site: Site, enrolled: Enrolled) -> None:
    boss = at(site, enrolled, "boss", Role.ADMINISTRATOR, "/units")
    boss.send("/units", kind="organisation", name="Lake clinic", parent="")
    [lake] = re.findall(r'action="/units/([0-9a-f-]{36})/close"', boss.page)
    sara, amal = enrolled("sara", Role.SUPERVISOR), enrolled("amal")
    with site.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        give_role(session, amal.id, Role.CASEWORKER, OPERATION, Reach(organisation=UUID(lake)))
    program = Program(Settings(), site.database, site.ring)
    left, elsewhere = (add(program, "Hodan", f"{unit}/-/-/-") for unit in (lake, "other"))
    boss.send(f"/units/{lake}/close")
    page = boss.open(re.findall(r'href="(/units/[^"]+/left)"', boss.page)[0]).page
    assert f'<a href="/accounts/{amal.id}"><bdi>amal</bdi></a>: Caseworker' in page
    assert "Records: 1" in page
    assert str(left) not in page  # whoever administers sees no record
    page = site.sign_in(sara, site.browser(), f"/units/{lake}/left").page
    assert f'href="/persons/{left}"' in page
    assert str(elsewhere) not in page
    assert str(amal.id) not in page
    assert site.sign_in(enrolled("eve", Role.AUDITOR), site.browser(), f"/units/{lake}/left").status == 403


def test_a_token_is_asked_for_agreed_to_shown_once_used_and_taken_back(site: Site, enrolled: Enrolled) -> None:
    boss = at(site, enrolled, "boss", Role.ADMINISTRATOR, "/accounts/new")
    boss.send("/accounts/new", name="sync", called="Sync", language="en", service="yes")
    program = boss.path
    assert 'href="/tokens"' in boss.page  # and no code to enrol with
    other = at(site, enrolled, "other", Role.ADMINISTRATOR, program)
    other.send(f"{program}/roles", role="caseworker")
    grant = re.findall(r'href="(/tokens/new\?grant=[0-9a-f-]{36})"', boss.open("/tokens").page)[0]
    assert 'value="manage_keys"' not in boss.open(grant).page  # the role does not hold it
    boss.send(grant, days="30")
    assert boss.status == 422
    boss.post(grant, form_token=boss.hidden("form_token"), days="30", right="find_person")
    assert "Asked for" in boss.page
    officer = at(site, enrolled, "officer", Role.DATA_PROTECTION_OFFICER, "/approvals")
    assert all(told in officer.page for told in (">sync<", "Caseworker", "find a person by reference"))
    [approving] = re.findall(r'action="(/approvals/[0-9a-f-]{36}/approve)"', officer.page)
    officer.send(approving)
    assert "/make" not in other.open("/tokens").page
    [making] = re.findall(r'action="(/tokens/[0-9a-f-]{36}/make)"', boss.open("/tokens").page)
    boss.send(making)
    [token] = re.findall(r"<code>(wst_[\w-]+)</code>", boss.page)
    with TestClient(site.application, headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get("/persons").status_code == 200
        assert client.get("/audit").status_code == 403
        [revoking] = re.findall(r'action="(/tokens/[0-9a-f-]{36}/revoke)"', boss.open("/tokens").page)
        assert token not in boss.page
        boss.send(revoking)
        assert client.get("/persons").status_code == 401


def test_who_is_no_administrator_has_none_of_these_pages(site: Site, enrolled: Enrolled) -> None:
    for role in (role for role in Role if role not in PERMISSIONS[Right.MANAGE_ACCOUNTS]):
        browser = at(site, enrolled, f"a-{role}", role, "/units")
        for path in ("/units", "/tokens", "/tokens/new?grant=00000000-0000-4000-8000-000000000000"):
            assert browser.open(path).status == 403
        assert 'href="/tokens"' not in browser.open("/account").page


def test_the_pages_speak_the_other_languages(site: Site, enrolled: Enrolled) -> None:
    boss = at(site, enrolled, "boss", Role.ADMINISTRATOR, "/units")
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        for path in ("/units", "/tokens"):
            assert f'<html lang="{language}" dir="{direction}">' in boss.open(f"{path}?lang={language}").page
