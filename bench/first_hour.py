"""Walks a newcomer's first hour on a fresh installation, and keeps the pictures of docs/first-hour.md.

    PYTHONPATH=. .venv/bin/python bench/first_hour.py docs/first-hour

The real commands, each as a process of its own: the demonstration, an account, the server on a port of this machine; then a
real browser that enrols, signs in, finds a person and reveals a field. It fails where a newcomer would be stuck.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
SIZE = {"width": 820, "height": 620}
PASSWORD = "a lantern beyond the river"
STEP_SECONDS = 30  # of an authenticator's code
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def main(pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="waystation-") as var:
        environment = {**os.environ, "WAYSTATION_VAR": var, "PYTHONPATH": str(PROJECT), "COLUMNS": "200"}
        told = waystation(environment, "demo", "--weeks", "1", "--records", "60")
        said = re.findall(r"bin/waystation (accounts add .*)", told)[0].split()
        code = re.findall(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}", waystation(environment, *said))[0]
        with subprocess.Popen(command("serve", "--port", "0"), env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                address = next(found[0] for line in server.stdout if (found := re.findall(r"http://[^/\s]+", line)))
                walk(address, code, pictures)
            finally:
                server.terminate()


def walk(address: str, code: str, pictures: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport=SIZE)

        def look(name: str) -> None:
            page.screenshot(path=pictures / f"{name}.png")

        page.goto(address)
        page.get_by_role("link", name="I have an enrolment code").scroll_into_view_if_needed()
        look("1-front")
        page.get_by_role("link", name="I have an enrolment code").click()
        page.fill("#code", code)
        look("2-enrol")
        page.click("main form button")
        page.fill("#password", PASSWORD)
        page.click("main form button")
        key = page.input_value("input[name=key]")
        page.fill("#code", code_now(key))
        page.click("form[action='/enrol/app'] button")
        page.wait_for_selector(".codes")
        page.click("main a, main form button")  # the codes are written down
        page.context.clear_cookies()
        time.sleep(STEP_SECONDS)  # a code of the app works once
        sign_in(page, address, key)
        page.fill("#case_reference", "MRD-0001")
        look("3-find")
        page.click("main form button")
        page.wait_for_url(f"{address}/persons/*")
        page.locator("fieldset.part").first.scroll_into_view_if_needed()
        look("4-masked")
        page.locator("button[name=reveal]").first.click()
        page.wait_for_selector("input[name=shown]", state="attached")
        look("5-revealed")
        browser.close()


def sign_in(page: Page, address: str, key: str) -> None:
    page.goto(f"{address}/persons")
    page.fill("#name", "amal")
    page.fill("#password", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.fill("#code", code_now(key))
    page.click("form[action='/sign-in/second'] button")
    page.wait_for_selector("#case_reference")


def code_now(key: str) -> str:
    """What an authenticator app shows at this moment."""
    return TOTP(base64.b32decode(key), 6, SHA1(), STEP_SECONDS).generate(time.time()).decode()


def command(*words: str) -> list[str]:
    return [sys.executable, "-u", "-m", "app.cli", *words]


def waystation(environment: Mapping[str, str], *words: str) -> str:
    return subprocess.run(command(*words), env=environment, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
