"""`waystation release explain`, `what-if`, `register`, `budget`, `perturb`, as typed, before anybody has an account."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from anonymizer.cell_keys import Noise, begin_secret
from anonymizer.register.errors import MethodsMixed
from app.cli.main import commands
from app.program import open_program
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from tests.officer_setting import WEEK, Setting, protected_week


@pytest.fixture(autouse=True)
def _installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a week that is protected."""
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")
    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            session.add(Operation(code="TEST", names={}))
        Setting.of(program.database, program.ring).protect(WEEK)


def release(*words: object) -> Result:
    return CliRunner().invoke(commands, ["release", *map(str, words)])


def test_what_was_lost_why_one_cell_is_hidden_and_what_other_rules_would_hide() -> None:
    lost = release("explain", "TEST", WEEK)
    assert "For inside only" in lost.output
    assert "origin x destination x reason" in lost.output
    table = protected_week(WEEK).protected.tables[1]
    key = next(key for key, number in table.cells.items() if number is None)
    cell = ",".join(f"{along.name}={code}" for along, code in zip(table.dimensions, key, strict=True))
    told = release("explain", "TEST", WEEK, cell)
    assert told.exit_code == 0
    assert f"{cell}: " in told.output
    assert "left open by the releases: " in told.output
    tried = release("what-if", "TEST", WEEK, "--threshold", "3", "--drop-level", "origin=3")
    assert tried.exit_code == 0, tried.output
    assert "as they are" in tried.output
    assert "origin=3" in tried.output


def test_the_register_keeps_noise_off_a_protected_week(tmp_path: Path) -> None:
    assert "Line 2: epsilon 1" in release("budget", "TEST", "--most-records", "3", "--epsilon", "1").output
    secret, table = tmp_path / "secret.toml", tmp_path / "table.csv"
    begin_secret(secret, Noise(12, 8.0, 5))
    options = ("--record", "id", "--time", "week", "--secret", secret, "--out", tmp_path / "out")
    for week, refused in ((WEEK, True), (WEEK.plus(1), False)):
        table.write_text("".join(["id,week,origin\n", *(f"{at},{week},XM0{at % 2}\n" for at in range(60))]))
        answer = release("perturb", "TEST", table, *options)
        assert isinstance(answer.exception, MethodsMixed) == refused, answer.output
    assert answer.exit_code == 0, answer.output
    told = release("register", "TEST").output
    assert "suppression" in told
    assert "cell-keys" in told
    assert "3 records a person count" in told
