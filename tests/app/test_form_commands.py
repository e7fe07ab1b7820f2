"""A form of somebody else on the command line: its files, how its answers are kept, what changed in it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from core.audit import Action, audited_entries
from core.database import Zone
from core.models import Operation
from core.settings import Settings
from forms import find_definition, read_media

PASSPHRASE = "seven lanterns on the quay"
SURVEY = """| survey |
| | type | name | label | calculation |
| | text | name | Name | |
| | select_one_from_file towns.csv | town | {label} | |
| | select_one_from_file cases.csv | case | Case | |
| | calculate | found | | pulldata('people', 'name', 'id', ${{name}}) |
| settings |
| | form_id | version |
| | arrivals | {version} |
"""


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


@pytest.fixture
def workbooks(tmp_path: Path) -> tuple[Path, Path]:
    """Two versions of a form, beside the folder `files` with the files that it needs, and one that it does not."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "towns.csv").write_bytes("name,label\nx,Évian\n".encode("cp1252"))
    (tmp_path / "files" / "people.csv").write_text("id,name\n1,A\n")
    (tmp_path / "files" / "letters.csv").write_text("to nobody")
    paths = (tmp_path / "one.md", tmp_path / "two.md")
    for number, path in enumerate(paths, start=1):
        path.write_text(SURVEY.format(version=number, label=f"Town {number}"))
    return paths


def run(*words: object) -> str:
    answer = CliRunner().invoke(commands, list(map(str, words)))
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return " ".join(answer.output.split())


def test_from_the_workbook_to_what_changed(office: Settings, workbooks: tuple[Path, Path], tmp_path: Path) -> None:
    """Of the files that it reads, the list of cases is not asked for: each phone is given its own."""
    one, two = workbooks
    files, sheet = tmp_path / "files", tmp_path / "classes.csv"
    assert "It needs on the phone: people.csv, towns.csv." in run("forms", "check", one)
    said = run("forms", "add", "TEST", one, "--media", files)
    assert "towns.csv is not in UTF-8; it was read as windows-1252." in said
    assert "4 of 4 questions have no privacy class" in said
    with open_program(office) as program, program.database.transaction(Zone.COLLECTION, operation="TEST") as session:
        media = {file.file_name: file.content.decode() for file in read_media(session, "TEST", "arrivals", "1")}
    assert media.keys() == {"towns.csv", "people.csv", "places.csv"}
    assert media["towns.csv"] == "name,label\nx,Évian\n"

    shown = run("forms", "classes", "TEST", "arrivals")
    assert "/data/name direct_identifier identity nobody direct_identifier identity (speaks of name: name)" in shown
    run("forms", "classes", "TEST", "arrivals", "--write", sheet)
    sheet.write_text(sheet.read_text(encoding="utf-8-sig").replace("/data/town,,,", "/data/town,quasi_identifier,facts,"))
    said = run("forms", "classify", "TEST", "arrivals", sheet, "--records", "movement")
    assert "Edition 1: 1 have a class; 3 others are direct identifiers." in said
    with open_program(office) as program:
        with program.database.transaction(Zone.CASEWORK, operation="TEST") as session:
            form = find_definition(session, "TEST", "arrivals", "1")
        with program.database.transaction(Zone.AUDIT) as session:
            [line] = audited_entries(session, action=Action.CLASSIFIED)
    assert form
    assert (form.record_kind, [it.part for it in form.questions]) == ("movement", ["identity", "facts", "identity", "identity"])
    assert (line.actor, line.detail["kind"]) == ("officer", "movement")
    assert "arrivals 1 arrivals 4 3" in run("forms", "list", "TEST")

    changed = run("forms", "diff", "TEST", "arrivals@1", two)
    assert "/data/town worded anew Town 1 Town 2 Stored answers were given to the former words." in changed
