"""The set-up as a file, on the command line."""

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from app.set_up.errors import SetUpUnused
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import find_form, publish_form
from tests.app.conftest import settings as settings  # noqa: PLC0414  (a fixture)
from tests.app.test_set_up.conftest import SURVEY, TOWNS


@pytest.fixture
def installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two operations, of which one has a form with a list of people."""
    monkeypatch.setenv("WAYSTATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("WAYSTATION_DATABASE_OWNER_URL", settings.database_owner_url)
    monkeypatch.setenv("WAYSTATION_VAR", str(settings.var))
    settings.var.mkdir()
    settings.passphrase_path.write_text("seven lanterns on the quay")
    with open_program(settings) as program:
        for code in ("ONE", "TWO"):
            with program.database.transaction(Zone.COLLECTION, operation=code) as session:
                session.add(Operation(code=code, names={}))
        with program.database.transaction(Zone.COLLECTION, operation="ONE") as session:
            publish_form(session, "ONE", SURVEY, {"towns.csv": TOWNS})
    return settings


def run(*words: object) -> str:
    answer = CliRunner().invoke(commands, list(map(str, words)))
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return " ".join(answer.output.split())


def test_written_looked_at_and_brought_in(installation: Settings, tmp_path: Path) -> None:
    file, towns = tmp_path / "one.zip", tmp_path / "towns.csv"
    towns.write_bytes(TOWNS)
    written = run("setup", "export", "ONE", file)
    assert "left behind towns 1: towns.csv" in written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(SetUpUnused):
        run("setup", "export", "ONE", file)
    looked = run("setup", "import", "TWO", file, "--dry-run")
    assert "forms towns 1 left: something is missing lists towns.csv" in looked
    assert written[written.index("SHA-256") + 8 :][:64] in looked
    assert "forms towns 1 added" in run("setup", "import", "TWO", file, "--list", towns)
    with open_program(installation) as program, program.database.transaction(Zone.COLLECTION, operation="TWO") as session:
        published = find_form(session, "TWO", "towns", "1")
    assert published is not None
    assert b"canary-server" not in published.xform
