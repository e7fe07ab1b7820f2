"""The auditor's and the data protection officer's commands, on a real database."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.main import commands
from core.audit import Action, Purpose, record
from core.database import Database, Zone, connect
from core.errors import Problem
from core.keys.key_providers.passphrase import Passphrase
from core.keys.key_ring_file import create_key_ring
from core.postgres.embedded_cluster import ADMINISTRATOR, PROGRAM, EmbeddedCluster

Run = Callable[..., str]


@pytest.fixture
def run(
    database: Database, cluster: EmbeddedCluster, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command as typed, on the test's database; what it prints."""
    create_key_ring(tmp_path / "keyring.json", Passphrase("passphrase"))
    for name, value in {
        "VAR": str(tmp_path),
        "KEYRING_PASSPHRASE": "passphrase",
        "DATABASE_URL": cluster.url(PROGRAM, database_name).render_as_string(),
        "DATABASE_OWNER_URL": cluster.url(ADMINISTRATOR, database_name).render_as_string(),
    }.items():
        monkeypatch.setenv(f"WAYSTATION_{name}", value)
    monkeypatch.setenv("COLUMNS", "300")

    def run(words: str, answers: str = "") -> str:
        result = CliRunner().invoke(commands, words.split(), input=answers)
        if result.exception and isinstance(result.exception, Problem):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    with database.transaction(Zone.CASEWORK, operation="TEST", actor="amal") as session:
        record(session, Action.READ, "casework.person:17", purpose=Purpose.ASSISTANCE)
    return run


def test_the_log_is_shown_and_searched(run: Run) -> None:
    assert "casework.person:17" in run("audit")
    assert "casework.person:17" in run("audit --action read --newest 5")
    assert "casework.person:17" in run("audit show --actor amal --subject casework.person --since 2020-01-01")
    assert "no such line" in run("audit show --actor nobody")
    assert "amal" in run("audit readers")


def test_a_log_is_sealed_and_verified(run: Run, tmp_path: Path) -> None:
    run("audit seal")
    assert (tmp_path / "audit-heads.jsonl").exists()
    assert "as it was sealed" in run("audit verify")
    key = re.search(r"the key (\S+)", run("audit export-head"))
    assert key
    assert "as it was sealed" in run(f"audit verify --key {key[1]}")


def test_a_changed_line_is_named_and_the_command_fails(
    run: Run, cluster: EmbeddedCluster, database_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("audit seal")
    owner = connect(cluster.url(ADMINISTRATOR, database_name))
    with owner.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE core.audit_entry SET actor = 'badr' WHERE number = 1"))
    owner.close()
    with pytest.raises(Problem, match="1 fault"):
        run("audit verify")
    with pytest.raises(Problem, match="fault"):
        run("audit verify --key AAAA")


def test_without_exported_heads_verifying_says_what_it_cannot_know(run: Run, tmp_path: Path) -> None:
    run("audit seal")
    (tmp_path / "audit-heads.jsonl").rename(tmp_path / "copy.jsonl")
    assert "as it was sealed" in run(f"audit verify --heads {tmp_path / 'copy.jsonl'}")
    (tmp_path / "audit-heads.jsonl").unlink(missing_ok=True)
    with pytest.raises(Problem, match="cut-off end"):
        run(f"audit verify --heads {tmp_path / 'nowhere'}")


def test_every_program_that_ends_seals_what_it_wrote(run: Run) -> None:
    run("registers breach list TEST")
    assert " 0 lines not sealed" in run("audit verify")


def test_an_impact_assessment_is_entered_listed_and_shown(run: Run) -> None:
    answers = "Names\nvital interests\nfound by name\ntokens only\nthe officer\n"
    said = run("registers impact add TEST --purpose assistance --residual-risk high --review-on 2020-01-31", answers)
    assert "article 36" in said
    listed = run("registers impact list TEST")
    assert "overdue" in listed
    entry = re.search(r"[0-9a-f-]{36}", listed)
    assert entry
    assert "tokens only" in run(f"registers impact show TEST {entry[0]}")


def test_a_breach_runs_its_clock_and_is_closed(run: Run) -> None:
    answers = "Lost telephone\nleft in a bus\nyesterday\nwiped\n\n"
    run("registers breach add TEST --records 12 --noticed 2020-01-31", answers)
    listed = run("registers breach list TEST")
    assert "hours late" in listed
    entry = re.search(r"[0-9a-f-]{36}", listed)
    assert entry
    run(f"registers breach close TEST {entry[0]}")
    assert "closed; authority not told" in run("registers breach list TEST")
    told = ["--authority-told 2020-02-02", f"--after {entry[0]}"]
    run(f"registers breach add TEST --records 12 --noticed 2020-01-31 {' '.join(told)}", answers)
    assert "told after 48 hours" in run("registers breach list TEST")
    assert "version 3" in run(f"registers breach show TEST {entry[0]}")
