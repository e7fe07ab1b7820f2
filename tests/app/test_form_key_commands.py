"""Making a form key and publishing with it, on the command line."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import build_questionnaire, list_forms, newest_public_key
from forms.encrypt_form import encryption_key
from forms.errors import ForeignFormKey, FormKeyMissing

PASSPHRASE = "seven lanterns on the quay"


@pytest.fixture
def office(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WAYSTATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("WAYSTATION_DATABASE_OWNER_URL", settings.database_owner_url)
    monkeypatch.setenv("WAYSTATION_VAR", str(settings.var))
    monkeypatch.setenv("WAYSTATION_JAVA", "")
    settings.var.mkdir()
    settings.passphrase_path.write_text(PASSPHRASE)
    with open_program(settings) as program, program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        session.add(Operation(code="TEST", names={}))
    return settings


def run(*words: str) -> str:
    answer = CliRunner().invoke(commands, list(words))
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "movement_tracking.xlsx"
    path.write_bytes(build_questionnaire("movement_tracking"))
    return path


def test_a_form_is_published_with_the_key_that_was_made(office: Settings, workbook: Path) -> None:
    with pytest.raises(FormKeyMissing):
        run("forms", "add", "TEST", str(workbook), "--encrypted")
    assert re.search(r"Form key [0-9a-f-]{36} made", run("keys", "form-key", "TEST"))
    assert "encrypted on the phone" in run("forms", "add", "TEST", str(workbook), "--encrypted")
    with open_program(office) as program:
        with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            [form] = list_forms(session, "TEST")
        with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            assert encryption_key(form.xform) == newest_public_key(session, program.ring, "TEST")
    assert "forms.form_key" in run("keys", "status")
    assert "Key version 2 is current" in run("keys", "rotate")
    assert "Every wrapped key opens" in run("keys", "verify")


def test_a_workbook_with_a_key_of_its_own_is_refused_and_given_ours(office: Settings, workbook: Path) -> None:
    book = load_workbook(workbook)
    column = book["settings"].max_column + 1
    book["settings"].cell(1, column, "public_key")
    book["settings"].cell(2, column, "MIIBIjANBgkq")
    book.save(workbook)
    with pytest.raises(ForeignFormKey):
        run("forms", "add", "TEST", str(workbook))
    run("keys", "form-key", "TEST")
    run("forms", "add", "TEST", str(workbook), "--encrypted")
