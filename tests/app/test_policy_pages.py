"""Policies on screen: the whole text is proposed by one, approved by another, and put into use; nobody approves their own."""

import re
from html import unescape

import pytest

from casework.erasure.retention import OURS
from core.permissions import Right, Role, holds
from core.policies import PolicyKind, active_policy
from tests.app.test_record_pages import Browser, SignIn
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

NEW = "/policies/new"
STRICT = "threshold = 11\n"


def propose(browser: Browser, kind: str, content: str):  # type: ignore[no-untyped-def]
    return browser.send(NEW, page=f"{NEW}?kind={kind}", kind=kind, content=content)


def deeds(browser: Browser) -> list[str]:
    return re.findall(r'action="(/policies/[0-9a-f-]{36}/\w+)"', browser.get("/policies").text)


def in_force(team: Field, kind: PolicyKind) -> str | None:
    with team.zone() as session:
        return active_policy(session, kind)


def test_the_whole_way(signed_in: SignIn, field_team: Field) -> None:
    paul, dina = signed_in("paul", Role.PROTECTION_OFFICER), signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    assert "threshold = 11" in propose(paul, "protection", STRICT.replace("\n", "\r\n")).text
    assert deeds(paul) == []
    [approving] = deeds(dina)
    assert paul.send(approving, page="/policies").status_code == 403
    assert "It must be put into use" in dina.send(approving, page="/policies").text
    [activating] = deeds(paul)
    assert in_force(field_team, PolicyKind.PROTECTION) is None
    assert "Version 1 · in force" in paul.send(activating, page="/policies").text
    assert in_force(field_team, PolicyKind.PROTECTION) == STRICT
    assert STRICT in paul.get(NEW, kind="protection").text  # the next change begins with what holds


def test_approved_in_the_queue_it_says_who_approved_it_and_can_be_used(signed_in: SignIn, field_team: Field) -> None:
    paul, dina = signed_in("paul", Role.PROTECTION_OFFICER), signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    propose(paul, "protection", STRICT)
    queue = dina.get("/approvals").text
    assert 'href="/policies"' in queue
    [approving] = re.findall(r'action="(/approvals/[0-9a-f-]{36}/approve)"', queue)
    dina.send(approving, page="/approvals")
    [activating] = deeds(paul)
    page = paul.send(activating, page="/policies").text
    assert "<dt>Approved by</dt><dd><code>dina</code>" in page
    assert in_force(field_team, PolicyKind.PROTECTION) == STRICT


def test_without_a_decision_the_form_holds_the_default(signed_in: SignIn) -> None:
    page = signed_in("dina", Role.DATA_PROTECTION_OFFICER).get(NEW, kind="retention").text
    assert OURS.read_text(encoding="utf-8") in unescape(page)


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("protection", "tresholt = 3", "no rule called tresholt"),
        ("protection", "[[sensitive]]\ncodes.reason = 'flod'\nthreshold = 11", "flod of reason, which has no such code"),
        ("protection", "dominance = { share = 75 }", "the weekly tables do not count"),
        ("retention", "[x]\nkeeps = 1", "while reading it"),
    ],
)
def test_what_the_program_cannot_use_is_not_proposed_and_not_lost(
    signed_in: SignIn, kind: str, content: str, reason: str
) -> None:
    dina = signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    answer = propose(dina, kind, content)
    assert answer.status_code == 422
    assert reason in unescape(answer.text)
    assert content in unescape(answer.text)
    assert "Version 1" not in dina.get("/policies").text


def test_only_those_of_the_table_have_the_page(signed_in: SignIn) -> None:
    for role in Role:
        browser = signed_in(f"a-{role}", role)
        expected = 200 if holds(role, Right.CHANGE_POLICY) else 403
        assert browser.get("/policies").status_code == browser.get(NEW, kind="retention").status_code == expected
        assert browser.send(NEW, page="/account", kind="protection", content=STRICT).status_code == expected


def test_the_pages_speak_the_other_languages(signed_in: SignIn) -> None:
    dina = signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    propose(dina, "protection", STRICT)
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        for path in ("/policies", "/bulk-reading", NEW):
            page = dina.get(path, lang=language, kind="retention")
            assert f'<html lang="{language}" dir="{direction}">' in page.text
