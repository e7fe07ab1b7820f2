"""What the pictures of the guides show, and how they are taken in the demonstration's office."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from playwright.sync_api import Browser, Page

from tests.end_to_end.demonstrated_office import DemonstratedOffice

__all__ = ["PICTURES", "Picture", "shown"]

SIZE = {"width": 760, "height": 560}
PHONE = {"width": 390, "height": 700}
# Ids, days and weeks differ from run to run: a picture shows these instead, so that it changes when the page does.
STEADY = """() => {
  const weeks = new Map(), put = [
    [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "3f2a9c10-7b1e-4d52-9a60-c0ffee000001"],
    [/\\b[0-9a-f]{64}\\b/g, "c0ffee".repeat(10) + "c0de"], [/\\b(?=[a-f]*\\d)[0-9a-f]{8}\\b/g, "3f2a9c10"],
    [/\\b\\d{1,2} [A-Z][a-z]{2} \\d{4}, \\d\\d:\\d\\d UTC/g, "2 Mar 2026, 09:00 UTC"],
    [/\\b\\d{1,2} [A-Z][a-z]{2} \\d{4}\\b/g, "2 Mar 2026"],
    [/\\b\\d{4}-\\d\\d-\\d\\d\\b/g, "2026-03-02"], [/\\b\\d{4}-M\\d\\d\\b/g, "2026-M03"],
    [/\\b\\d{4}-W\\d\\d\\b/g, it => (weeks.has(it) || weeks.set(it, `2026-W0${9 - weeks.size}`), weeks.get(it))],
  ];
  document.activeElement.blur();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode())
    words.currentNode.data = put.reduce((text, [found, said]) => text.replace(found, said), words.currentNode.data);
}"""


@dataclass(frozen=True)
class Picture:
    """Whose screen, which page, from where on, and what is pressed before it is taken."""

    who: str
    path: str
    at: str = ""
    press: str = ""
    size: tuple[tuple[str, int], ...] = tuple(SIZE.items())


PICTURES = {
    "caseworker-day": Picture("amal", "/work", "main"),
    "caseworker-phone": Picture("amal", "/work", press="summary", size=tuple(PHONE.items())),
    "caseworker-find": Picture("amal", "/persons", "main"),
    "caseworker-record": Picture("amal", "/persons/{person}", "fieldset.part", press="button[name=reveal]"),
    "caseworker-screening": Picture("amal", "/cases/{screened}/screening", "#decide"),
    "caseworker-case": Picture("amal", "/cases/{case}", "main"),
    "caseworker-form": Picture("amal", "/cases/{case}/step?kind=visit&act=write", "main"),
    "caseworker-tasks": Picture("amal", "/tasks?whose=nobody", "main"),
    "supervisor-rooms": Picture("carla", "/work", press="summary >> nth=-1"),
    "supervisor-steps": Picture("carla", "/cases/awaiting-approval", "main"),
    "supervisor-quality": Picture("carla", "/quality", "main"),
    "supervisor-phone": Picture("carla", "/collectors/new", "main"),
    "supervisor-programme": Picture("carla", "/programme", "main"),
    "officer-periods": Picture("paul", "/protection", "main"),
    "officer-losses": Picture("paul", "/protection/{week}", "main"),
    "officer-cells": Picture("paul", "/protection/{week}/cells?table=arrivals", "main"),
    "data-protection-approvals": Picture("dina", "/approvals", "main"),
    "data-protection-requests": Picture("dina", "/rights-requests", "main"),
    "auditor-log": Picture("udo", "/audit", "main", size=tuple({**SIZE, "height": 470}.items())),
    "administrator-first-hour": Picture("boss", "/first-hour", "main"),
    "administrator-accounts": Picture("boss", "/accounts", "main"),
    "partner-referrals": Picture("dora", "/referrals"),
    "partner-referral": Picture("dora", "/referrals/{referral}", "main"),
    "partner-files": Picture("dora", "/exports-for-you", "main"),
}


def shown(browser: Browser, office: DemonstratedOffice) -> Iterator[tuple[str, Page]]:
    """What each picture is taken of, by its name: a page as it stands then; each one's screens in one browser."""
    of_whom = sorted(PICTURES.items(), key=lambda named: (named[1].who, named[1].size))
    for (who, size), pictures in groupby(of_whom, lambda named: (named[1].who, named[1].size)):
        context = browser.new_context(viewport=dict(size))  # type: ignore[arg-type]
        context.add_cookies([{"name": "waystation", "value": office.cookies[who], "url": office.address}])
        page = context.new_page()
        for name, picture in pictures:
            _open(page, office, picture)
            yield name, page
        context.close()


def _open(page: Page, office: DemonstratedOffice, picture: Picture) -> None:
    answer = page.goto(office.address + picture.path.format(**office.places))
    assert answer, picture.path
    assert answer.ok, picture.path
    if picture.press:
        page.click(picture.press)
        page.wait_for_load_state()
    page.evaluate(STEADY)
    if picture.at:
        page.locator(picture.at).first.evaluate("one => one.scrollIntoView({block: 'start'})")
