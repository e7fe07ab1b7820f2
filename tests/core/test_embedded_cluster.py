"""The embedded default: private, never root's, shared by commands, stopped by the last one out."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.database import DatabaseDown, connect
from core.postgres import embedded_cluster as module
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster, PostgresMissing, embedded_cluster


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder that only its owner may enter, as root's home is."""
    folder = tmp_path / "var"
    yield folder
    home = folder / "postgresql"
    if home.is_symlink():
        shutil.rmtree(home.resolve())


def ask(cluster: EmbeddedCluster, question: str) -> object:
    database = connect(cluster.url(ADMINISTRATOR, "postgres"))
    try:
        with database.engine.connect() as connection:
            return connection.scalar(text(question))
    finally:
        database.close()


def test_commands_share_the_cluster_and_the_last_one_out_stops_it(var: Path) -> None:
    with embedded_cluster(var) as first:
        with embedded_cluster(var) as second:
            assert first == second
        assert ask(first, "SELECT count(*) FROM pg_database WHERE datname = 'waystation'") == 1
        assert Path(f"/proc/{_postmaster(var)}").stat().st_uid != 0
        assert ask(first, "SHOW listen_addresses") == ""
    with pytest.raises(DatabaseDown):
        connect(first.url())
    with embedded_cluster(var) as again:
        assert ask(again, "SELECT 1") == 1


def test_the_server_log_cannot_hold_a_value(var: Path) -> None:
    with embedded_cluster(var) as cluster:
        assert ask(cluster, "SHOW log_min_error_statement") == "panic"
        assert ask(cluster, "SHOW log_parameter_max_length_on_error") == "0"
        assert ask(cluster, "SHOW log_error_verbosity") == "terse"


def test_missing_server_programs_are_said_with_the_remedy(var: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "DEBIAN_BINARIES", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PostgresMissing, match="apt-get install"), embedded_cluster(var):
        pass


def _postmaster(var: Path) -> str:
    return (var / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0]
