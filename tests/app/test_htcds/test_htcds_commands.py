"""Taking in what was handed on, on the command line: looked at, proposed by one, approved by another, imported."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import approvals, htcds
from app.cli.main import commands
from app.program import Program
from core.access import Access
from core.database import Zone
from core.identity.models import UnitKind
from core.identity.units import add_unit
from core.settings import Settings
from tests.app.test_htcds.test_handed_on import DANUTA, LEILA, SARA, as_csv
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414


def test_the_whole_way(field_team: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who: list[Access] = [SARA]

    @contextmanager
    def opened(_settings: Settings) -> Iterator[Program]:
        yield Program(Settings(var=tmp_path), field_team.database, field_team.ring)

    for module in (htcds, approvals):
        monkeypatch.setattr(module, "open_program", opened)
        monkeypatch.setattr(module, "sign_in", lambda _program, _operation: who[-1])

    def run(*words: object, code: int = 0) -> str:
        answer = CliRunner().invoke(commands, list(map(str, words)))
        assert answer.exit_code == code, answer.output
        return " ".join(answer.output.split())

    with field_team.database.transaction(Zone.IDENTITY, operation=OPERATION, actor="administrator") as session:
        add_unit(session, UnitKind.ORGANISATION, "Relief")
    file = tmp_path / "handed_on.csv"
    file.write_text(as_csv([LEILA, LEILA | {"prs_FirstName": "Idris", "con_Consent": "no"}]), encoding="utf-8")
    where = ("--operation", OPERATION, "--organisation", "Relief")
    looked = run("htcds", "import", file, *where, "--dry-run")
    assert "Column 'cas_CaseOwner' is not taken." in looked
    assert "1 new, 1 unreadable" in looked
    assert run("htcds", "import", file, *where, code=2)
    proposed = run("htcds", "propose", file, *where)
    [proposal] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", proposed)
    assert "2 rows" in proposed
    who.append(DANUTA)
    run("approvals", "approve", OPERATION, proposal)
    who.append(SARA)
    report = tmp_path / "report.csv"
    done = run("htcds", "import", file, *where, "--proposal", proposal, "--report", report)
    assert "1 admitted, 0 set aside" in done
    assert "Leila" not in done + report.read_text()
