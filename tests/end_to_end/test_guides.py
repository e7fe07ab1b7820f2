"""The guides' pictures are of the program as it is: what each shows is walked to here, and a guide names no others.

    WAYSTATION_PICTURES=docs/pictures .venv/bin/python -m pytest -n 0 tests/end_to_end/test_guides.py

puts them where the guides look for them; look at them before they are committed.
"""

import os
import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.end_to_end.conftest import ROOT
from tests.end_to_end.demonstrated_office import DemonstratedOffice
from tests.end_to_end.guide_pictures import PICTURES, shown
from tests.end_to_end.small_png import small_png

MOST = 40_000  # bytes: a guide is read on slow lines
DOCS = ROOT / "docs"


def test_every_picture_can_be_taken_of_the_program_as_it_is(browser: Browser, office: DemonstratedOffice) -> None:
    folder, seen, empty = os.environ.get("WAYSTATION_PICTURES"), set(), browser.new_page()
    for name, page in shown(browser, office):
        seen.add(name)
        if folder:
            png = page.screenshot(animations="disabled", caret="hide")
            (Path(folder) / f"{name}.png").write_bytes(small_png(empty, png))
    assert seen == set(PICTURES)


def test_a_guide_shows_pictures_that_are_there_and_each_is_shown() -> None:
    named = {
        name for guide in (DOCS / "guides").glob("*.md") for name in re.findall(r"pictures/([\w-]+)\.png", guide.read_text())
    }
    assert named == set(PICTURES)
    lying = {path.stem: path.stat().st_size for path in (DOCS / "pictures").glob("*.png")}
    assert set(lying) == set(PICTURES)
    assert {name: size for name, size in lying.items() if size > MOST} == {}
