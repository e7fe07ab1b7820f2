"""What the end-to-end tests look at: one demonstration, run once, as a newcomer would run it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demonstration:
    """What the command said, and the folders of the weeks that it released, the oldest first."""

    said: str
    weeks: list[Path]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demonstration")
    out = folder / "out"
    command = [ROOT / "bin" / "waystation", "demo", "--weeks", "2", "--records", "240", "--seed", "5", "--out", out]
    environment = {**os.environ, "WAYSTATION_VAR": str(folder / "var"), "COLUMNS": "160"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Demonstration(ended.stdout, sorted((out / "DEMO-1").iterdir()))
