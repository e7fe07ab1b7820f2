"""Other ways in: a program with its token, and somebody at the command line."""

from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from app.cli.main import commands
from app.cli.signed_in import sign_in
from app.program import Program
from app.seal_store import SamePerson
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import signed_in_router
from core.access import Custody, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.errors import SignInRefused, TokenRefused
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind
from core.identity.service_tokens import add_token
from core.listed import RowsUnlisted
from core.permissions import Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.settings import Settings
from tests.app.test_accounts.conftest import OPERATION, PASSWORD, Enrolled, Site, Worker, code_at


def a_token(site: Site) -> str:
    with site.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        account = add_account(session, site.ring, "sync", "Sync", kind=AccountKind.SERVICE)
        grant = give_role(session, account, Role.CASEWORKER, OPERATION, Reach())
        return add_token(session, grant, [Right.FIND_PERSON], 30)[1]


@pytest.fixture
def a_page(site: Site) -> None:
    """A page as another group would have it: it tells whose access it got."""
    router = signed_in_router()

    @router.get("/told")
    def told(visit: SignedIn) -> JSONResponse:
        may = [right for right in Right if visit.access.may(right, Custody())]
        return JSONResponse({"operation": visit.access.operation, "may": may})

    @router.post("/told")
    def sent(visit: SignedIn, form: CheckedForm) -> JSONResponse:
        return JSONResponse({"operation": visit.access.operation, "said": form.get("said")})

    site.application.include_router(router)


@pytest.mark.usefixtures("a_page")
def test_a_page_gets_the_access_of_a_programs_token(site: Site) -> None:
    with TestClient(site.application, headers={"Authorization": f"Bearer {a_token(site)}"}) as program:
        assert program.get("/told").json() == {"operation": OPERATION, "may": ["find_person"]}
        assert program.post("/told", data={"said": "hello"}).json() == {"operation": OPERATION, "said": "hello"}
        assert program.get("/told").headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("a_page")
@pytest.mark.parametrize("header", ["Bearer wst_guessed", "Bearer", "Basic YTpi", "x"])
def test_a_wrong_token_is_401_and_never_a_page_to_sign_in(site: Site, header: str) -> None:
    with TestClient(site.application, headers={"Authorization": header}) as program:
        answer = program.get("/told", follow_redirects=False)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "CORE-422"
    assert "guessed" not in answer.text


@pytest.mark.usefixtures("a_page")
def test_a_page_gets_the_access_of_who_signed_in(site: Site, enrolled: Enrolled) -> None:
    browser = site.sign_in(enrolled("auditor", Role.AUDITOR), site.browser(), "/told")
    assert browser.page == '{"operation":"TEST","may":["read_audit"]}'
    assert "said" not in browser.post("/told", said="hello").page


def test_a_token_opens_no_account_page(site: Site) -> None:
    with TestClient(site.application, headers={"Authorization": f"Bearer {a_token(site)}"}) as program:
        assert program.get("/account").status_code == 401
        assert program.get("/accounts").status_code == 403


def at_the_command_line(site: Site, monkeypatch: pytest.MonkeyPatch, *answers: str, token_file: str = "") -> Program:
    said = iter(answers)
    monkeypatch.setattr(typer, "prompt", lambda *_args, **_more: next(said))
    return Program(Settings(token_file=token_file), site.database, site.ring)


def test_a_command_asks_for_both_factors(site: Site, enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    amal = enrolled("amal", Role.CASEWORKER)
    site.moment.pass_by(seconds=60)
    code = code_at(amal.key, site.moment.at.timestamp())
    access = sign_in(at_the_command_line(site, monkeypatch, "amal", PASSWORD, code), OPERATION)
    assert (access.actor, access.may(Right.FIND_PERSON), access.system) == (str(amal.id), True, False)
    for answers in (("amal", "wrong wrong wrong"), ("amal", PASSWORD, code), ("nobody", PASSWORD)):
        with pytest.raises(SignInRefused):
            sign_in(at_the_command_line(site, monkeypatch, *answers), OPERATION)


def test_a_command_takes_a_token_for_its_own_operation(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text(a_token(site) + "\n")
    program = at_the_command_line(site, monkeypatch, token_file=str(file))
    assert sign_in(program, OPERATION).only == {Right.FIND_PERSON}
    with pytest.raises(TokenRefused):
        sign_in(program, "OTHER")
    with pytest.raises(TokenRefused):
        sign_in(at_the_command_line(site, monkeypatch, token_file=str(tmp_path / "missing")), OPERATION)


class TestSealing:
    """`store seal` believes what stands, so two people sign in where it is run, also while nothing is listed yet."""

    def sealed(self, site: Site, monkeypatch: pytest.MonkeyPatch, *answers: str) -> str:
        program = at_the_command_line(site, monkeypatch, *answers)
        monkeypatch.setattr("app.cli.store.open_program", lambda _settings: nullcontext(program))
        done = CliRunner().invoke(commands, ["store", "seal", OPERATION], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    def forget_lists(self, database_name: str, cluster: EmbeddedCluster) -> None:
        """As after an upgrade from a version that kept none."""
        engine = create_engine(cluster.url(ADMINISTRATOR, database_name))
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM core.sealed_list"))
        engine.dispose()

    def test_two_people_list_what_stands_and_then_everybody_signs_in(
        self,
        site: Site,
        enrolled: Enrolled,
        monkeypatch: pytest.MonkeyPatch,
        cluster: EmbeddedCluster,
        database_name: str,
    ) -> None:
        boss, dina = enrolled("boss", Role.ADMINISTRATOR), enrolled("dina", Role.DATA_PROTECTION_OFFICER)
        self.forget_lists(database_name, cluster)
        site.moment.pass_by(seconds=60)

        def said(worker: Worker) -> tuple[str, ...]:
            return worker.name, PASSWORD, code_at(worker.key, site.moment.at.timestamp())

        with pytest.raises(RowsUnlisted):
            sign_in(at_the_command_line(site, monkeypatch, *said(boss)), OPERATION)
        with pytest.raises(SamePerson):
            self.sealed(site, monkeypatch, *said(boss), boss.name, PASSWORD, boss.recovery[0])
        with pytest.raises(NotAllowed):  # she approves, and does not keep the keys
            self.sealed(site, monkeypatch, *said(dina), boss.name, PASSWORD, boss.recovery[1])
        site.moment.pass_by(seconds=60)
        assert "keys and rows were listed" in self.sealed(site, monkeypatch, boss.name, PASSWORD, boss.recovery[2], *said(dina))
        site.moment.pass_by(seconds=60)
        assert sign_in(at_the_command_line(site, monkeypatch, *said(dina)), OPERATION).actor == str(dina.id)
        with site.database.transaction(Zone.AUDIT) as session:
            [agreed] = audited_entries(session, action=Action.APPROVED)
        assert (agreed.actor, agreed.detail["proposed_by"]) == (str(dina.id), str(boss.id))
