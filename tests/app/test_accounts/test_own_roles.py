"""The page of an operation's own roles: made of a role of the program, given like one, retired."""

import re
from contextlib import nullcontext
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import Program
from core.permissions import PERMISSIONS, Right, Role
from core.settings import Settings
from tests.app.test_accounts.conftest import OPERATION, Browser, Enrolled, Site


def at_roles(site: Site, enrolled: Enrolled) -> Browser:
    return site.sign_in(enrolled("boss", Role.ADMINISTRATOR), site.browser(), "/roles")


def test_one_is_made_given_and_retired(site: Site, enrolled: Enrolled) -> None:
    amal = enrolled("amal", Role.AUDITOR)
    boss = at_roles(site, enrolled)
    boss.open("/roles/new?role=administrator")
    assert re.search(r'value="manage_keys" checked', boss.page)
    assert "read_identity" not in boss.page, "no role can be made to do more"
    boss.send("/roles/new?role=administrator", name="Keeper of phones", right="keep_collectors")
    assert "The role is made" in boss.page
    assert re.search(r"<bdi>Keeper of phones</bdi>.*manage accounts", boss.page, re.DOTALL)
    boss.open(f"/accounts/{amal.id}")
    [own] = re.findall(r'<option value="([0-9a-f-]{36})">Keeper of phones', boss.page)
    boss.send(f"/accounts/{amal.id}/roles", role=own)
    assert "<bdi>Keeper of phones</bdi> (Administrator)" in boss.page
    assert "<bdi>Keeper of phones</bdi>" in boss.open("/accounts").page
    worker = site.sign_in(amal, site.browser())
    assert (worker.open("/collectors").status, worker.open("/accounts").status) == (200, 403)
    boss.open("/roles").send(f"/roles/{own}/retire")
    assert "given to nobody any more" in boss.page
    assert own not in boss.open(f"/accounts/{amal.id}").page.partition("<select")[2]
    assert worker.open("/collectors").status == 200
    boss.send(f"/accounts/{amal.id}/roles", role=own)
    assert boss.status == 404


def test_what_was_typed_is_not_lost_where_it_is_refused(site: Site, enrolled: Enrolled) -> None:
    boss = at_roles(site, enrolled).open("/roles/new?role=auditor")
    boss.send("/roles/new?role=auditor", name="Reader", right="read_audit")
    assert (boss.status, 'value="Reader"' in boss.page) == (422, True)
    assert re.search(r'value="read_audit" checked', boss.page)


@pytest.mark.parametrize("role", [role for role in Role if role not in PERMISSIONS[Right.MANAGE_ACCOUNTS]])
def test_nobody_else_sees_or_makes_one(site: Site, enrolled: Enrolled, role: Role) -> None:
    other = site.sign_in(enrolled("amal", role), site.browser(), "/account")
    token = other.hidden("form_token")
    assert other.open("/roles").status == 403
    assert other.open("/roles/new?role=caseworker").status == 403
    assert other.post("/roles/new?role=caseworker", form_token=token, name="Mine", right="read_facts").status == 403
    assert other.post(f"/roles/{uuid4()}/retire", form_token=token).status == 403


def test_commands_do_the_same(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(Settings(), site.database, site.ring)
    for module in ("accounts", "roles"):
        monkeypatch.setattr(f"app.cli.{module}.open_program", lambda _settings: nullcontext(program))

    def told(*words: str) -> str:
        ran = CliRunner().invoke(commands, list(words), catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.output

    amal = site.hire("amal")
    [own] = re.findall(
        r"its id is (\S+)\.",
        told("roles", "add", OPERATION, "Interpreter", "caseworker", "--may", "read_facts"),
    )
    told("accounts", "grant", amal.name, "caseworker", OPERATION, "--own-role", own)
    assert "read_facts" in told("roles", "list", OPERATION)
    told("roles", "retire", OPERATION, own)
    assert re.search(r"Interpreter.*\d{4}-\d\d-\d\d", told("roles", "list", OPERATION))
