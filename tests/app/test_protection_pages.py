"""The protection officer's pages: periods, losses, why a cell is hidden, and what other rules would hide."""

import re
from html import unescape
from uuid import UUID

import pytest

from app.program import Program
from app.web.application import create_application
from app.worker.pipeline import trying_out
from app.worker.tasks import TRY_CHOICES, build_worker
from core.audit import Action, audited_entries
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.officer_setting import WEEK, Setting

HERE = f"/protection/{WEEK}"
CELLS, WHAT_IF = f"{HERE}/cells", f"{HERE}/what-if"
MARK = re.compile(r'<button name="cell" value="([^"]+)" class="([\w-]+)"')


@pytest.fixture
def setting(database: Database, ring: KeyRing) -> Setting:
    made = Setting.of(database, ring)
    made.protect(WEEK)
    return made


@pytest.fixture
def site(setting: Setting) -> Site:
    application = create_application(setting.database, setting.ring, Settings(), lambda _operation, _submission: None)
    return Site(setting.database, setting.ring, application)


@pytest.fixture
def paul(site: Site) -> Browser:
    return site.sign_in("paul", Role.PROTECTION_OFFICER)


def test_the_list_says_how_far_each_period_is(paul: Browser) -> None:
    page = paul.get("/protection").text
    assert str(WEEK) in page
    assert "protected, not released" in page
    assert f'href="{HERE}"' in page


def test_losses_stand_level_by_level_with_a_picture(paul: Browser) -> None:
    page = paul.get(HERE)
    assert page.headers["Cache-Control"] == "no-store"
    assert 'role="img" aria-label="shown ' in page.text
    assert "not told: too few cells" in page.text or "%" in page.text
    assert "For inside only" in page.text


def test_a_hidden_cell_opens_and_tells_why_but_not_how_many(paul: Browser) -> None:
    page = paul.get(CELLS, table="arrivals", sex="female").text
    marks = MARK.findall(page)
    assert {"m-own", "m-beside"} <= {kind for _, kind in marks}
    cell = next(cell for cell, kind in marks if kind == "m-own")
    answer = paul.send(CELLS, page=CELLS, table="arrivals", sex="female", cell=unescape(cell))
    assert cell not in str(answer.url)
    assert "What all releases of this period together leave open" in answer.text
    assert re.search(r"It (holds fewer persons or events|comes from fewer reports)", answer.text)
    assert '<option value="female" selected>' in answer.text


def test_a_cell_that_is_none_is_told_so(paul: Browser) -> None:
    answer = paul.send(CELLS, page=CELLS, cell="colour=red")
    assert answer.status_code == 422
    assert "There is no such cell in this period" in answer.text


def test_without_workers_this_process_tries_it_after_its_answer(paul: Browser) -> None:
    answer = paul.send(WHAT_IF, page=WHAT_IF, thresholds="3", levels=["origin=3"])
    assert "http-equiv" not in answer.text
    assert len(re.findall(r"<details", answer.text.split("<main")[1])) == 2
    assert "origin: without level 3" in answer.text


def test_a_month_and_screenings_and_cases_have_pages_of_their_own(paul: Browser) -> None:
    assert "those that are protected stand as they were published" in paul.get("/protection/2026-M02/what-if").text
    of_screenings = paul.get(WHAT_IF, of="screenings").text
    assert 'aria-current="page">Screenings' in of_screenings
    assert "where the person lives: without level" in of_screenings
    refused = paul.send(f"{WHAT_IF}?of=casework", page=WHAT_IF)
    assert 'aria-current="page">Cases' in refused.text
    assert "was protected without tables of casework" in refused.text
    assert paul.get(WHAT_IF, of="caseload").status_code == 404


def test_where_workers_share_the_work_the_page_only_waits(setting: Setting) -> None:
    sent: list[tuple[str, UUID]] = []
    application = create_application(
        setting.database,
        setting.ring,
        Settings(),
        lambda *_: None,
        try_out=lambda operation, trial: sent.append((operation, trial)),
    )
    paul = Site(setting.database, setting.ring, application).sign_in("paul", Role.PROTECTION_OFFICER)
    answer = paul.send(WHAT_IF, page=WHAT_IF, thresholds="3")
    assert "0 / 1" in answer.text
    assert f'http-equiv="refresh" content="2; url={WHAT_IF}?of=movements&amp;go=on"' in answer.text
    still = paul.get(WHAT_IF)
    assert "http-equiv" not in still.text
    paul.send(f"{WHAT_IF}/go-on", page=WHAT_IF)
    assert len(set(sent)) == 1
    [(operation, trial), _] = sent
    worker = build_worker(Program(Settings(), setting.database, setting.ring))
    assert trying_out(worker) is None  # without a broker
    worker.tasks[TRY_CHOICES].apply_async(kwargs={"operation": operation, "trial": str(trial)})
    assert "<details" in paul.get(WHAT_IF, go="on").text.split("<main")[1]


def test_what_cannot_be_tried_keeps_what_was_typed(paul: Browser) -> None:
    answer = paul.send(WHAT_IF, page=WHAT_IF, thresholds="3; 4", merged="reason=flood+nothing:new")
    assert answer.status_code == 422
    assert 'value="3; 4"' in answer.text
    assert "reason=flood+nothing:new" in answer.text


def test_what_is_no_period_is_no_page(paul: Browser) -> None:
    assert paul.get("/protection/tomorrow").status_code == 404
    assert paul.get("/protection/tomorrow/what-if").status_code == 404
    assert paul.send(f"{WHAT_IF}/go-on", page=WHAT_IF).status_code == 404
    assert paul.get("/protection/2020-W01").status_code == 404


def test_the_protection_officer_alone_has_the_pages(site: Site) -> None:
    for role in Role:
        browser = site.sign_in(f"a-{role}", role)
        expected = 200 if role is Role.PROTECTION_OFFICER else 403
        for path in ("/protection", HERE, CELLS, WHAT_IF):
            assert browser.get(path).status_code == expected, (role, path)
        assert browser.send(WHAT_IF, page="/account", thresholds="3").status_code == expected


def test_the_pages_speak_the_other_languages(paul: Browser) -> None:
    paul.send(WHAT_IF, page=WHAT_IF, thresholds="3")
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        for path in ("/protection", HERE, CELLS, WHAT_IF):
            page = paul.get(path, lang=language)
            assert page.status_code == 200
            assert f'<html lang="{language}" dir="{direction}">' in page.text


def test_what_was_looked_at_is_in_the_log(paul: Browser, setting: Setting) -> None:
    for path in ("/protection", HERE, CELLS):
        paul.get(path)
    with setting.database.transaction(Zone.AUDIT) as session:
        lines = [it for it in audited_entries(session, action=Action.READ) if it.subject.startswith("anonymizer.inside")]
    assert {(it.actor, it.detail["kind"]) for it in lines} == {(str(paul.account), it) for it in ("periods", "losses", "table")}
