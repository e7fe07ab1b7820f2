"""The second person's queue on screen and at the command line: who sees what, who may decide, and nobody their own."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from typer.testing import CliRunner

from app.cli import approvals as commands_of_approvals
from app.cli import keys as commands_of_keys
from app.cli.main import commands
from app.program import Program
from core.access import Access, Custody
from core.audit import Purpose
from core.database import Zone
from core.identity.grants import access_for
from core.permissions import Role, holds
from core.second_person import CONCERNED, RIGHTS, Act, SecondPersonNeeded, State, find_proposal, propose, reject
from core.settings import Settings
from tests.app.test_record_pages import Browser, SignIn, Teams
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

PROPOSER = {
    Act.ERASURE: Role.DATA_PROTECTION_OFFICER,
    Act.IDENTIFIED_EXPORT: Role.SUPERVISOR,
    Act.REFERRAL_PACKAGE: Role.SUPERVISOR,
    Act.RECORDS_IN: Role.SUPERVISOR,
    Act.BULK_READ: Role.SUPERVISOR,
    Act.KEY_OPERATION: Role.ADMINISTRATOR,
    Act.POLICY_CHANGE: Role.PROTECTION_OFFICER,
    Act.PROGRAMME_CHANGE: Role.SUPERVISOR,
    Act.OUTSIDE_TOTALS: Role.PROTECTION_OFFICER,
    Act.SERVICE_TOKEN: Role.ADMINISTRATOR,
    Act.PARTNER_TOKEN: Role.PARTNER,
}


def access_of(team: Field, browser: Browser) -> Access:
    with team.database.transaction(Zone.IDENTITY, actor="a test") as session:
        return access_for(session, browser.account, OPERATION)


def proposed(team: Field, browser: Browser, act: Act, *custodies: Custody) -> UUID:
    with team.database.transaction(Zone.IDENTITY, access=access_of(team, browser)) as session:
        said = {"reason": "person_asked", "others": 2}
        return propose(session, act, f"a.thing:{act}", purpose=Purpose.RIGHTS, detail=said, custodies=custodies)


def state(team: Field, proposal: UUID) -> tuple[State, str | None]:
    with team.zone() as session:
        found = find_proposal(session, proposal)
    return found.state, found.decided_by


@pytest.mark.parametrize("act", list(Act))
def test_another_approves_and_nobody_sees_a_button_for_their_own(signed_in: SignIn, field_team: Field, act: Act) -> None:
    amal, badr = signed_in("amal", PROPOSER[act]), signed_in("badr", Role.DATA_PROTECTION_OFFICER)
    proposal = proposed(field_team, amal, act)
    button = f'action="/approvals/{proposal}/approve"'
    own, others = amal.get("/approvals").text, badr.get("/approvals").text
    assert button not in own
    if any(holds(PROPOSER[act], right) for right in CONCERNED[act]):
        assert f'action="/approvals/{proposal}/reject"' in own  # withdrawn, it is no deed
    assert button in others
    assert all(told in others for told in (f"a.thing:{act}", ">amal<", "Expires", "The person asked for it"))
    assert amal.send(f"/approvals/{proposal}/approve").status_code == 403
    assert state(field_team, proposal) == (State.PROPOSED, None)
    assert "Approved. It must be carried out" in badr.send(f"/approvals/{proposal}/approve", page="/approvals").text
    assert state(field_team, proposal) == (State.APPROVED, str(badr.account))
    assert button not in badr.get("/approvals").text


@pytest.mark.parametrize("role", list(Role))
def test_the_table_of_rights_says_who_sees_and_decides_what(signed_in: SignIn, field_team: Field, role: Role) -> None:
    eve = signed_in("eve", role)
    proposals = {act: proposed(field_team, signed_in(f"by-{act}", PROPOSER[act]), act) for act in Act}
    page = eve.get("/approvals")
    if not any(holds(role, right) for rights in CONCERNED.values() for right in rights):
        assert page.status_code == 403
        assert 'href="/approvals"' not in eve.get("/account").text
    for act, proposal in proposals.items():
        approves = holds(role, RIGHTS[act][1])
        assert (f"<code>{proposal}</code>" in page.text) == any(holds(role, right) for right in CONCERNED[act])
        assert (f'action="/approvals/{proposal}/approve"' in page.text) == approves
        for deed in ("reject", "approve"):
            if not approves:
                assert eve.send(f"/approvals/{proposal}/{deed}", page="/account").status_code == 403
                assert state(field_team, proposal) == (State.PROPOSED, None)


def test_a_proposal_for_a_record_out_of_reach_is_not_shown_and_not_approved(
    signed_in: SignIn, field_team: Field, teams: Teams
) -> None:
    amal = signed_in("amal", Role.DATA_PROTECTION_OFFICER, team=teams.one)
    other = signed_in("badr", Role.DATA_PROTECTION_OFFICER, team=teams.two)
    same = signed_in("carla", Role.DATA_PROTECTION_OFFICER, team=teams.one)
    proposal = proposed(field_team, amal, Act.ERASURE, Custody(team=str(teams.one)))
    assert str(proposal) not in other.get("/approvals").text
    assert other.send(f"/approvals/{proposal}/approve").status_code == 403
    assert state(field_team, proposal) == (State.PROPOSED, None)
    assert same.send(f"/approvals/{proposal}/approve").status_code == 200


def test_rejected_or_withdrawn_nothing_is_left_to_decide(signed_in: SignIn, field_team: Field) -> None:
    amal, badr = signed_in("amal", Role.SUPERVISOR), signed_in("badr", Role.DATA_PROTECTION_OFFICER)
    withdrawn, rejected = (proposed(field_team, amal, Act.BULK_READ) for _ in range(2))
    assert "Nothing will be done" in amal.send(f"/approvals/{withdrawn}/reject", page="/approvals").text
    badr.send(f"/approvals/{rejected}/reject", page="/approvals")
    assert {state(field_team, one)[0] for one in (withdrawn, rejected)} == {State.REJECTED}
    assert badr.send(f"/approvals/{rejected}/approve", page="/approvals").status_code == 409


def test_an_unknown_proposal_and_a_form_without_its_token(signed_in: SignIn, field_team: Field) -> None:
    amal, badr = signed_in("amal", Role.SUPERVISOR), signed_in("badr", Role.DATA_PROTECTION_OFFICER)
    proposal = proposed(field_team, amal, Act.BULK_READ)
    assert badr.client.post(f"/approvals/{proposal}/approve").status_code == 403
    assert badr.client.post(f"/approvals/{proposal}/reject").status_code == 403
    assert state(field_team, proposal) == (State.PROPOSED, None)
    nobody = "00000000-0000-4000-8000-000000000000"
    assert badr.send(f"/approvals/{nobody}/approve", page="/approvals").status_code == 404


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_queue_speaks_three_languages(signed_in: SignIn, field_team: Field, language: str, direction: str) -> None:
    for act in Act:
        proposed(field_team, signed_in(f"by-{act}", PROPOSER[act]), act)
    page = signed_in("amal", Role.DATA_PROTECTION_OFFICER).get("/approvals", lang=language)
    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page.text


Run = Callable[..., str]


@pytest.fixture
def run(field_team: Field, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Run:
    """Run a command as somebody who signed in (`tests/app/test_accounts` tries the signing in itself)."""
    who: list[Access] = []

    @contextmanager
    def opened(_settings: Settings) -> Iterator[Program]:
        yield Program(Settings(), field_team.database, field_team.ring)

    for module in (commands_of_approvals, commands_of_keys):
        monkeypatch.setattr(module, "open_program", opened)
        monkeypatch.setattr(module, "sign_in", lambda _program, _operation: who[-1])
        monkeypatch.setattr(module.console, "_width", 400)

    def invoke(browser: Browser, *words: str) -> str:
        who.append(access_of(field_team, browser))
        answer = CliRunner().invoke(commands, list(words))
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        assert answer.exit_code == 0, answer.output
        return answer.output

    return invoke


def test_a_key_operation_is_proposed_and_approved_at_the_command_line(run: Run, signed_in: SignIn, field_team: Field) -> None:
    amal, badr = signed_in("amal", Role.ADMINISTRATOR), signed_in("badr", Role.ADMINISTRATOR)
    said = run(amal, "keys", "retire", "1", "--propose", "--operation", OPERATION)
    proposal = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said)[0]
    listed = run(badr, "approvals", "list", OPERATION)
    assert all(told in listed for told in (proposal, "core.key_ring:retire:1", "amal", "for you to decide"))
    assert "for you to decide" not in run(amal, "approvals", "list", OPERATION)
    with pytest.raises(SecondPersonNeeded):
        run(amal, "approvals", "approve", OPERATION, proposal)
    assert "Approved: key_operation of core.key_ring:retire:1" in run(badr, "approvals", "approve", OPERATION, proposal)
    assert state(field_team, UUID(proposal)) == (State.APPROVED, str(badr.account))


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        (("rotate",), "core.key_ring:rotate"),
        (("reseal", "--to", "vault"), "core.key_ring:reseal:vault"),
        (("split", "--threshold", "2", "--shares", "3"), "core.key_ring:split:2-of-3"),
    ],
)
def test_what_is_proposed_is_what_the_command_asks_for_later(
    run: Run, signed_in: SignIn, words: tuple[str, ...], subject: str
) -> None:
    amal = signed_in("amal", Role.ADMINISTRATOR)
    proposal = re.findall(r"Proposed: ([0-9a-f-]{36})", run(amal, "keys", *words, "--propose", "--operation", OPERATION))[0]
    assert subject in run(amal, "approvals", "list", OPERATION)
    assert "Rejected: key_operation" in run(amal, "approvals", "reject", OPERATION, proposal)


def test_what_has_ended_is_shown_page_by_page_and_none_is_left_out(signed_in: SignIn, field_team: Field) -> None:
    amal = signed_in("amal", Role.SUPERVISOR)
    with field_team.database.transaction(Zone.IDENTITY, access=access_of(field_team, amal)) as session:
        made = [propose(session, Act.BULK_READ, f"a.thing:{number}", purpose=Purpose.RIGHTS) for number in range(205)]
        for proposal in made[5:]:
            reject(session, proposal)
    pages, address = [amal.get("/approvals").text], ""
    assert all(f"<code>{proposal}</code>" in pages[0] for proposal in made[:5])  # what waits is on the first, whole
    while following := re.findall(r'href="(\?after=[0-9a-f-]{36})" rel="next"', pages[-1]):
        address = f"/approvals{following[0]}"
        pages.append(amal.client.get(address).text)
    shown = [found for page in pages for found in re.findall(r'<div class="panel" id="([0-9a-f-]{36})">', page)]
    assert sorted(shown) == sorted(map(str, made))
    assert 'href="?">First page' in pages[-1]
