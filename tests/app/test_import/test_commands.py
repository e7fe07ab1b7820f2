"""`waystation import`, as an administrator uses it."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from core.database import Zone
from core.errors import Problem
from core.models import Operation
from core.settings import Settings
from tests.app.conftest import settings as settings  # noqa: PLC0414  (a fixture)
from tests.ingest.conftest import Household


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("database_url", "database_owner_url", "var"):
        monkeypatch.setenv(f"WAYSTATION_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("COLUMNS", "300")
    with open_program(settings) as program:
        with program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
            session.add(Operation(code="TEST", names={"en": "Test operation"}))
        Household(program.database, program.ring).publish()

    def command(*words: str) -> str:
        answer = CliRunner().invoke(commands, ["import", "--operation", "TEST", *words])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return " ".join(answer.output.split())

    return command


def test_a_table_is_tried_then_taken_in_and_told_row_by_row(run: Any, tmp_path: Path) -> None:
    table, report = tmp_path / "household.csv", tmp_path / "report.json"
    table.write_text("person/name,nickname,_uuid\nAmal,A,u-1\nBadr,B,\nAmal,A,u-1\n")
    said = run(str(table), "--form", "household", "--dry-run", "--report", str(report))
    assert "column 'nickname' answers no question" in said
    assert "household.csv CSV 3 unreadable INGEST-062" in said
    assert "1 new, 1 unreadable, 1 known This was a dry run: nothing was written." in said
    assert [(row["row"], row["outcome"]) for row in json.loads(report.read_text())] == [
        *(("2", "new"), ("3", "unreadable"), ("4", "known"))
    ]
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "Amal" not in said + report.read_text()
    assert "submissions admit TEST" in run(str(table), "--form", "household")


def test_a_report_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("of another day")
    words = ["import", str(tmp_path), "--operation", "TEST", "--report", str(tmp_path / "report.csv")]
    answer = CliRunner().invoke(commands, words)
    assert isinstance(answer.exception, Problem)
    assert answer.exception.code == "APP-024"
    assert (tmp_path / "report.csv").read_text() == "of another day"
