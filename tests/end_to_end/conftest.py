"""What the end-to-end tests look at, and with: one demonstration, run once, as a newcomer would run it; a real browser."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from app.web.application import create_application
from core.database import Database
from core.keyring import KeyRing
from core.settings import Settings

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if not program:
        pytest.skip("chromium is not installed (bin/setup --tests installs it)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def address(database: Database, ring: KeyRing, tmp_path: Path) -> Iterator[str]:
    """The web application on a port of this machine, called localhost: passkeys know no bare addresses."""
    application = create_application(database, ring, Settings(var=tmp_path), lambda _operation, _submission: None)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, access_log=False, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
