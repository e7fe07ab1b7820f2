"""`waystation sources` and `waystation sync`, as an administrator uses them."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from tests.app.conftest import settings as settings  # noqa: PLC0414  (a fixture)
from tests.ingest.central_server import central_serving
from tests.ingest.conftest import Household
from tests.ingest.kobo_server import TOKEN, KoboForm


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")

    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            session.add(Operation(code="TEST", names={"en": "Test operation"}))
        Household(program.database, program.ring).publish()

    def command(*words: str, typed: str = "") -> str:
        answer = CliRunner().invoke(commands, words, input=typed)
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        assert TOKEN not in answer.output
        return " ".join(answer.output.split())

    return command


def test_a_source_is_added_listed_and_pulled(run: Any, kobo: KoboForm, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    assert "There is no source yet" in run("sources", "list", "TEST")
    added = ("sources", "add", "TEST", kobo.address, kobo.asset, "--form", "household")
    assert "added" in run(*added, "--token-file", str(token))
    kobo.add(1, person__name="Amal")
    kobo.add(2, person__age="30")
    assert run("sync", "TEST").endswith("1 new, 2 in quarantine")
    assert run("sync", "TEST", "--new-only").endswith("nothing has changed")
    assert f"{kobo.address} {kobo.asset} household 2 1 0" in run("sources", "list", "TEST")


def test_a_source_is_changed_and_removed(run: Any, kobo: KoboForm) -> None:
    added = run("sources", "add", "TEST", kobo.address, kobo.asset, "--form", "household", typed="an older token\n")
    source = next(word for word in added.split() if word.count("-") == 4)
    assert "Changed" in run("sources", "change", "TEST", source, "--new-token", typed=f"{TOKEN}\n")
    kobo.add(1)
    assert run("sync", "TEST").endswith("1 new")
    assert "not pulled any more" in run("sources", "remove", "TEST", source)


def test_without_a_file_the_token_is_asked_for_and_not_shown(run: Any, kobo: KoboForm) -> None:
    said = run("sources", "add", "TEST", kobo.address, kobo.asset, "--form", "household", typed=f"{TOKEN}\n")
    assert "API token" in said
    kobo.add(1)
    assert run("sync", "TEST").endswith("1 new")


def test_a_form_of_odk_central_is_pulled_with_an_account(run: Any) -> None:
    with central_serving() as central:
        central.add("uuid:a", person={"name": "Amal"})
        added = ("sources", "add", "TEST", central.address, central.asset, "--form", "household", "--kind", "odk-central")
        email, password = central.account.split("\n")
        said = run(*added, typed=f"{email}\n{password}\n")
        assert "E-mail of the account" in said
        assert password not in said
        assert run("sync", "TEST").endswith("1 new")
