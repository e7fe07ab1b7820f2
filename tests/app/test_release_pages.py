"""From reports to a published release without the command line: ask for protection, wait, look, release."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.program import Program
from app.web.application import create_application
from core.periods.period import Period
from core.permissions import Role
from core.policies import PolicyChanged
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.app.test_release_period import LAST, report
from tests.app.test_release_period import program as program  # noqa: PLC0414  (a fixture)

PROTECT, RELEASE = f"/protection/{LAST}/protect", f"/protection/{LAST}/release"
REFRESH = 'http-equiv="refresh" content="2; url=/protection?go=on"'


@pytest.fixture
def reported(program: Program) -> Program:
    for origin in ("XM0101", "XM0101", "XM0102", "XM0201"):
        report(program, LAST, origin=origin)
    return program


def officer(program: Program, protect: Callable[[str, Period], None] | None = None) -> Browser:
    application = create_application(program.database, program.ring, program.settings, lambda *_: None, protect=protect)
    return Site(program.database, program.ring, application).sign_in("paul", Role.PROTECTION_OFFICER)


def row(page: str) -> str:
    [found] = re.findall(rf"<tr><td><bdi>{LAST}</bdi>.*?</tr>", page, flags=re.DOTALL)
    return str(found)


def test_an_officer_protects_a_week_looks_and_releases_it(reported: Program) -> None:
    paul = officer(reported)
    assert f'href="{PROTECT}"' in row(paul.get("/protection").text)
    assert "fixed for good" in paul.get(PROTECT).text
    assert paul.get(RELEASE).status_code == 404  # nothing is protected yet
    after = paul.send(PROTECT, page=PROTECT)
    assert str(after.url).endswith("/protection?go=on")
    page = row(paul.get("/protection").text)
    assert "protected, not released" in page
    assert f'href="{RELEASE}"' in page
    assert paul.get(PROTECT).status_code == 404  # what is protected stays as it is
    assert "never taken back" in paul.get(RELEASE).text
    page = row(paul.send(RELEASE, page=RELEASE).text)
    report_at = f"/releases/TEST/{LAST}/index.html"
    assert f'href="{report_at}"' in page
    assert paul.get(report_at).status_code == 200
    assert Path(reported.settings.releases, "TEST", str(LAST), "index.html").exists()


def test_while_it_is_being_protected_the_list_tells_how_far_it_is(reported: Program) -> None:
    """Where workers share the work, one of them does it."""
    sent: list[tuple[str, Period]] = []
    paul = officer(reported, lambda operation, period: sent.append((operation, period)))
    page = paul.send(PROTECT, page=PROTECT).text
    assert sent == [("TEST", LAST)]
    assert "<progress" in row(page)
    assert REFRESH in page
    assert REFRESH not in paul.get("/protection").text  # whoever reads is not disturbed


def test_why_one_could_not_be_protected_stands_in_the_list(reported: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    paul = officer(reported)
    monkeypatch.setattr("app.releases.release_period.weeks.policy_in_force", _refuse)
    page = paul.send(PROTECT, page=PROTECT).text
    assert "could not be protected" in row(page)
    assert "CORE-166" in row(page)
    assert REFRESH not in page
    assert f'href="{PROTECT}"' in row(page)  # to be tried again


def test_a_week_that_is_not_over_cannot_be_asked_for(reported: Program) -> None:
    running = LAST.plus(1)
    report(reported, running)
    paul = officer(reported)
    assert paul.get(f"/protection/{running}/protect").status_code == 404
    answer = paul.send(f"/protection/{running}/protect", page=PROTECT)
    assert answer.status_code == 409
    assert "APP-007" in answer.text


def test_nobody_else_protects_or_releases(reported: Program) -> None:
    application = create_application(reported.database, reported.ring, Settings(), lambda *_: None)
    site = Site(reported.database, reported.ring, application)
    for role in set(Role) - {Role.PROTECTION_OFFICER}:
        browser = site.sign_in(f"a-{role}", role)
        for path in (PROTECT, RELEASE):
            assert browser.get(path).status_code == 403, (role, path)
            assert browser.send(path, page="/account").status_code == 403, (role, path)


def test_the_pages_speak_the_other_languages(reported: Program) -> None:
    paul = officer(reported)
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        page = paul.get(PROTECT, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text


def _refuse(*_: object) -> None:
    raise PolicyChanged(version=1, kind="protection")
