"""What the end-to-end tests look at, and with: one demonstration, run once, as a newcomer would run it; a real browser."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.web.application import create_application
from core.database import Database
from core.keys.keyring import KeyRing
from core.settings import Settings
from tests.end_to_end.demonstrated_office import DemonstratedOffice, demonstrated_office
from tests.end_to_end.served import served

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Demonstration:
    """What the command said, the folders of the weeks that it released, the oldest first, and where it keeps all else."""

    said: str
    weeks: list[Path]
    var: Path


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demonstration")
    out = folder / "out"
    command = [ROOT / "bin" / "waystation", "demo", "--weeks", "2", "--records", "240", "--seed", "5", "--out", out]
    environment = {**os.environ, "WAYSTATION_VAR": str(folder / "var"), "COLUMNS": "160"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Demonstration(ended.stdout, sorted((out / "DEMO-1").iterdir()), folder / "var")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all; what a test opens in it is a context of its own, without cookies of another's."""
    program = shutil.which("chromium")
    if not program:
        pytest.skip("chromium is not installed (bin/setup --tests installs it)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def address(database: Database, ring: KeyRing, tmp_path: Path) -> Iterator[str]:
    """The web application, served."""
    with served(create_application(database, ring, Settings(var=tmp_path), lambda _operation, _submission: None)) as at:
        yield at


@pytest.fixture(scope="session")
def office(demonstration: Demonstration) -> Iterator[DemonstratedOffice]:
    """The demonstration with people in it. What a test changes there, the next one finds."""
    with demonstrated_office(demonstration.var) as opened:
        yield opened
