"""The key commands as the keeper of the keys meets them."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.keys.key_provider import ProviderUnready, key_provider
from app.keys.key_shares import PassphraseFileExists
from app.keys.second_person import ProposalNeeded
from app.program import open_database, open_program
from core.access import Access, Grant, NotAllowed
from core.audit import Action, AuditEntry, audited_entries
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind
from core.identity.service_tokens import add_token
from core.keys.key_ring_file import KeyRingExists
from core.models import Operation
from core.permissions import Right, Role
from core.second_person import ProposalNotThere, approve
from core.settings import Settings
from tests.core.key_services import FakeVault, serving

PASSPHRASE = "seven lanterns on the quay"


@pytest.fixture
def keeper(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WAYSTATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("WAYSTATION_DATABASE_OWNER_URL", settings.database_owner_url)
    monkeypatch.setenv("WAYSTATION_VAR", str(settings.var))
    monkeypatch.setenv("COLUMNS", "200")
    settings.var.mkdir()
    settings.passphrase_path.write_text(PASSPHRASE)
    return CliRunner()


def run(keeper: CliRunner, *words: str, typed: str = "") -> str:
    answer = keeper.invoke(commands, ["keys", *words], input=typed)
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_create_rotate_retire_and_verify(keeper: CliRunner) -> None:
    assert "Key ring written to" in run(keeper, "create")
    with pytest.raises(KeyRingExists):
        run(keeper, "create")
    assert "Key version 2 is current" in run(keeper, "rotate")
    assert "Every record key is wrapped under version 2" in run(keeper, "status")
    assert "Key version 1 is retired" in run(keeper, "retire", "1", typed="y\n")
    assert "Every wrapped key opens" in run(keeper, "verify")


def test_a_passphrase_is_divided_and_put_together_again(keeper: CliRunner, settings: Settings) -> None:
    run(keeper, "create")
    shown = run(keeper, "split", "--threshold", "2", "--shares", "3", typed="\n" * 6)
    shares = [
        " ".join(re.findall(r"\d+ ([a-z]+)", part.split("Written down")[0]))
        for part in re.split(r"Share \d of 3; 2 give", shown)[1:]
    ]
    assert len(shares) == 3
    with pytest.raises(PassphraseFileExists):
        run(keeper, "combine", typed=f"{shares[2]}\n{shares[0]}\n")
    settings.passphrase_path.unlink()
    said = run(keeper, "combine", typed=f"{shares[2]}\n{shares[0]}\n")
    assert settings.passphrase_path.read_text().strip() == PASSPHRASE
    assert settings.passphrase_path.stat().st_mode & 0o777 == 0o600
    assert PASSPHRASE not in said + shown


@dataclass
class Office:
    """An installation with accounts: an officer, and a program of the administrator's that signs in with a token."""

    settings: Settings
    keeper: UUID
    grant: UUID
    officer: Access
    token: Path

    def sign_in_for(self, *rights: Right) -> None:
        with open_program(self.settings) as program, program.database.transaction(Zone.IDENTITY, actor="a test") as session:
            self.token.write_text(add_token(session, self.grant, rights, 1)[1])

    def approve(self, proposal: str) -> None:
        with open_program(self.settings) as program, program.database.transaction(Zone.KEYS, access=self.officer) as session:
            approve(session, UUID(proposal))

    def lines(self, action: Action) -> list[AuditEntry]:
        with open_database(self.settings) as database, database.transaction(Zone.AUDIT) as session:
            return [line for line in audited_entries(session, action=action) if line.actor == str(self.keeper)]


@pytest.fixture
def office(keeper: CliRunner, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    run(keeper, "create")
    token = tmp_path / "token"
    monkeypatch.setenv("WAYSTATION_TOKEN_FILE", str(token))
    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            session.add(Operation(code="TEST", names={}))
        with program.database.transaction(Zone.IDENTITY, actor="a test") as session:
            account = add_account(session, program.ring, "keeper", "Keeper", kind=AccountKind.SERVICE)
            grant = give_role(session, account, Role.ADMINISTRATOR, "TEST", Reach())
    officer = Access("officer", "TEST", (Grant(Role.DATA_PROTECTION_OFFICER),))
    return Office(settings, account, grant, officer, token)


def test_once_there_are_accounts_a_person_rotates_with_anothers_agreement_and_the_log_names_them(
    keeper: CliRunner, office: Office
) -> None:
    assert keeper.invoke(commands, ["keys", "rotate"]).exit_code == 2  # in which operation?
    office.sign_in_for(Right.MANAGE_KEYS)
    with pytest.raises(ProposalNeeded):
        run(keeper, "rotate", "--operation", "TEST")
    said = run(keeper, "rotate", "--propose", "--operation", "TEST")
    proposal = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said)[0]
    with pytest.raises(ProposalNotThere):
        run(keeper, "rotate", "--operation", "TEST", "--proposal", proposal)
    office.approve(proposal)
    assert "Key version 2 is current" in run(keeper, "rotate", "--operation", "TEST", "--proposal", proposal)
    assert {line.detail["did"] for line in office.lines(Action.KEY_USED)} >= {"add", "rewrap"}
    assert [line.subject for line in office.lines(Action.CARRIED_OUT)] == ["core.key_ring:rotate"]


def test_who_holds_no_right_to_the_keys_does_nothing_with_them(keeper: CliRunner, office: Office) -> None:
    office.sign_in_for(Right.MANAGE_ACCOUNTS)
    before = office.settings.keyring_path.read_bytes()
    for words in ("rotate", "retire 1 --yes", "reseal --to passphrase", "split --threshold 2 --shares 3"):
        with pytest.raises(NotAllowed):
            run(keeper, *words.split(), "--operation", "TEST")
    assert office.settings.keyring_path.read_bytes() == before
    assert [line.subject for line in office.lines(Action.DENIED)] == ["core.key_ring"] * 4


@pytest.mark.parametrize("typed", ["no share at all\n", "eraser kidney lily scatter\n"])
def test_shares_that_do_not_combine_leave_a_line_without_a_word_of_them(
    keeper: CliRunner, settings: Settings, typed: str
) -> None:
    run(keeper, "create")
    with pytest.raises(Problem) as refused:
        run(keeper, "combine", typed=typed)
    with open_database(settings) as database, database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.DENIED)
    assert (line.subject, line.detail) == ("core.key_ring", {"did": "combine", "code": refused.value.code})


def test_a_ring_moves_to_vault_and_opens_there(keeper: CliRunner, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run(keeper, "create")
    with serving(FakeVault()) as address:
        monkeypatch.setenv("WAYSTATION_VAULT_ADDRESS", address)
        (settings.var / settings.vault_token_file).write_text("t-good\n")
        run(keeper, "reseal", "--to", "vault")
        monkeypatch.setenv("WAYSTATION_KEY_PROVIDER", "vault")
        settings.passphrase_path.unlink()
        assert "version 1" in run(keeper, "status")


@pytest.mark.parametrize("provider", ["vault", "aws-kms", "another"])
def test_a_provider_that_is_not_set_up_says_which_setting(settings: Settings, provider: str) -> None:
    with pytest.raises(ProviderUnready, match="WAYSTATION_"):
        key_provider(replace(settings, key_provider=provider))
