"""Administrators' pages: accounts are added, roles given and taken back, accounts closed; never one's own."""

import re

import pytest

from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.grants import providers_of
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role
from tests.app.test_accounts.conftest import OPERATION, Browser, Enrolled, Site, Worker


def at_work(site: Site, enrolled: Enrolled, name: str = "boss", role: Role = Role.ADMINISTRATOR) -> Browser:
    return site.sign_in(enrolled(name, role), site.browser(), "/accounts")


def test_an_account_is_added_and_its_owner_enrols_with_the_code_shown(site: Site, enrolled: Enrolled) -> None:
    browser = at_work(site, enrolled).open("/accounts/new")
    browser.send("/accounts/new", name="Amal", called="Amal Example", language="ar")
    code = re.search(r"<code>([A-Z2-7-]+)</code>", browser.page)
    assert code
    amal = Worker(site.hire("other").id, "amal", code[1])
    assert site.enrol(amal, site.browser()).status == 200
    assert "Amal Example" in browser.open("/accounts").page


def test_another_administrator_gives_the_role_and_it_works_at_once(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal", Role.CASEWORKER)
    worker = site.sign_in(amal, site.browser())
    browser = at_work(site, enrolled).open(f"/accounts/{amal.id}")
    browser.send(f"/accounts/{amal.id}/roles", role="administrator")
    assert browser.status == 200
    assert worker.open("/accounts").status == 200
    grant = re.findall(r'name="grant" value="([^"]+)"', browser.page)[0]
    browser.post(f"/accounts/{amal.id}/roles/end", form_token=browser.hidden("form_token"), grant=grant)
    assert worker.open("/accounts").status == 403


def test_a_partners_role_names_a_provider_of_the_programme_and_no_other_role_does(site: Site, enrolled: Enrolled) -> None:
    dora, boss = enrolled("dora", Role.AUDITOR), at_work(site, enrolled)
    address = f"/accounts/{dora.id}"
    boss.open(address)
    assert ('value="medical_partner"' in boss.page, 'value="own"' in boss.page) == (True, False)
    for role, provider in (("caseworker", "medical_partner"), ("partner", "nobody")):
        boss.open(address).send(f"{address}/roles", role=role, provider=provider)
        assert (boss.status, "a provider" in boss.page) == (422, True)
    boss.open(address).send(f"{address}/roles", role="partner", provider="medical_partner")
    with site.database.transaction(Zone.IDENTITY, actor="a test") as session:
        assert providers_of(session, dora.id, OPERATION) == {"medical_partner"}


def test_an_administrator_gives_themself_nothing_even_by_hand(site: Site, enrolled: Enrolled) -> None:
    boss = enrolled("boss", Role.ADMINISTRATOR)
    browser = site.sign_in(boss, site.browser(), f"/accounts/{boss.id}")
    assert f'action="/accounts/{boss.id}/roles"' not in browser.page
    token = browser.hidden("form_token")
    assert browser.post(f"/accounts/{boss.id}/roles", form_token=token, role="caseworker").status == 403
    assert "Caseworker" not in browser.open(f"/accounts/{boss.id}").page


def test_a_closed_account_is_out_at_its_next_step(site: Site, enrolled: Enrolled) -> None:
    browser = at_work(site, enrolled).open("/accounts/new")
    browser.send("/accounts/new", name="bilal", called="Bilal", language="en")
    code, number = re.search(r"<code>([A-Z2-7-]+)", browser.page), re.search(r"/accounts/([0-9a-f-]{36})", browser.page)
    assert code
    assert number
    worker = site.browser()
    site.enrol(Worker(site.hire("x-x").id, "bilal", code[1]), worker)
    assert worker.open("/account").path == "/account"
    browser.open(f"/accounts/{number[1]}").send(f"/accounts/{number[1]}/close")
    assert worker.open("/account").path == "/sign-in"


@pytest.mark.parametrize("role", [role for role in Role if role not in PERMISSIONS[Right.MANAGE_ACCOUNTS]])
def test_who_is_no_administrator_sees_no_accounts_and_the_attempt_is_told(site: Site, enrolled: Enrolled, role: Role) -> None:
    amal = enrolled("amal", role)
    browser = site.sign_in(amal, site.browser(), "/accounts")
    assert (browser.status, "CORE-401" in browser.page) == (403, True)
    assert 'href="/accounts"' not in browser.open("/account").page
    with site.database.transaction(Zone.AUDIT) as session:
        assert {line.actor for line in audited_entries(session, action=Action.DENIED)} == {str(amal.id)}


def test_accounts_of_another_operation_are_not_there(site: Site, enrolled: Enrolled) -> None:
    with site.database.transaction(Zone.COLLECTION, operation="OTHER") as session:
        session.add(Operation(code="OTHER", names={}))
    stranger = site.hire("stranger", Role.CASEWORKER, operation="OTHER")
    browser = at_work(site, enrolled)
    assert "stranger" not in browser.page
    assert browser.open(f"/accounts/{stranger.id}").status == 404
    browser.open("/accounts/new").send("/accounts/new", name="stranger", called="x", language="en")
    assert browser.status == 409
