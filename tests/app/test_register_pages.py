"""The registers on screen: entered, never changed, what is due first, and a second writer is told."""

import re
from datetime import timedelta

import pytest

from app.web.application import create_application
from core.clock import now
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.models import Operation
from core.permissions import PERMISSIONS, Right, Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site

KEEPERS = PERMISSIONS[Right.KEEP_REGISTERS]
ASSESSMENT = {
    "title": "Names across scripts",
    "purposes": ["assistance", "statistics"],
    "legal_basis": "vital interests",
    "risks": "Quintessa Reporter might be found.",
    "measures": "compound tokens only",
    "residual_risk": "low",
    "decided_by": "the officer",
    "review_on": "2999-01-01",
}


def breach(hours_ago: int, **said: str) -> dict[str, str]:
    noticed = (now() - timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M")
    return {"title": "Lost telephone", "what": "Left in a bus.", "happened": "yesterday", "records": "12"} | {
        "noticed_at": noticed,
        **said,
    }


@pytest.fixture
def site(database: Database, ring: KeyRing) -> Site:
    return Site(database, ring, create_application(database, ring, Settings(), lambda _operation, _submission: None))


@pytest.fixture
def officer(site: Site) -> Browser:
    return site.sign_in("dina", Role.DATA_PROTECTION_OFFICER)


def enter(browser: Browser, register: str, **fields: object) -> str:
    """Enter something new; the address of its page."""
    answer = browser.send(f"/registers/{register}/new", page=f"/registers/{register}/new", **fields)
    assert answer.status_code == 200
    return answer.url.path


@pytest.mark.parametrize("path", ["/registers", "/registers/breaches/new", "/registers/assessments/new"])
@pytest.mark.parametrize("role", sorted(Role))
def test_the_registers_open_for_those_who_keep_them(site: Site, role: Role, path: str) -> None:
    assert site.sign_in("eve", role).get(path).status_code == (200 if role in KEEPERS else 403)


@pytest.mark.parametrize("role", sorted(set(Role) - KEEPERS))
def test_nobody_else_enters_or_reads_an_entry(site: Site, officer: Browser, role: Role) -> None:
    entry = enter(officer, "breaches", **breach(1))
    eve = site.sign_in("eve", role)
    assert eve.get(entry).status_code == 403
    assert eve.send(entry, page="/work", version="1", **breach(1)).status_code == 403
    assert eve.send("/registers/breaches/new", page="/work", **breach(1)).status_code == 403


def within(page: str) -> str:
    """What a page says of its own, without where one can go."""
    return page.split("<main")[1]


def test_an_assessment_is_entered_and_shown(officer: Browser) -> None:
    page = officer.get(enter(officer, "assessments", **ASSESSMENT)).text
    for said in ("Names across scripts", "Quintessa Reporter might be found.", "Assistance · Statistics", "2999-01-01"):
        assert said in page


def test_the_next_version_leaves_the_one_before_in_the_history(officer: Browser) -> None:
    entry = enter(officer, "assessments", **ASSESSMENT)
    page = officer.send(entry, page=entry, version="1", **{**ASSESSMENT, "measures": "and fewer of them"}).text
    assert within(page).count("<details") == 2
    assert "and fewer of them" in page
    assert "compound tokens only" in page
    assert page.index("Version 2") < page.index("Version 1")


def test_who_writes_second_is_told_and_keeps_what_they_typed(officer: Browser) -> None:
    entry = enter(officer, "breaches", **breach(1))
    officer.send(entry, page=entry, version="1", **breach(1, measures="wiped from afar"))
    answer = officer.send(entry, page=entry, version="1", **breach(1, measures="my own measure"))
    assert answer.status_code == 409
    assert "Somebody else added a version meanwhile" in answer.text
    assert "my own measure" in answer.text
    assert "hreflang" not in answer.text, "another language would lose it"
    assert within(officer.get(entry).text).count("<details") == 2


@pytest.mark.parametrize("lacking", [{"title": " "}, {"noticed_at": "yesterday"}, {"records": "-1"}, {"records": "many"}])
def test_what_is_missing_is_said_and_nothing_is_written(officer: Browser, lacking: dict[str, str]) -> None:
    answer = officer.send("/registers/breaches/new", page="/registers/breaches/new", **{**breach(1), **lacking})
    assert answer.status_code == 422
    assert "Left in a bus." in answer.text
    assert "Lost telephone" not in officer.get("/registers").text


def test_running_clocks_and_overdue_reviews_stand_first(officer: Browser) -> None:
    enter(officer, "breaches", **breach(80, title="Told", authority_told_at=now().strftime("%Y-%m-%dT%H:%M")))
    enter(officer, "breaches", **breach(10, title="Running"))
    enter(officer, "breaches", **breach(100, title="Late"))
    enter(officer, "assessments", **{**ASSESSMENT, "title": "Far off"})
    enter(officer, "assessments", **{**ASSESSMENT, "title": "Overdue", "review_on": "2020-01-01"})
    page = officer.get("/registers").text
    titles = re.findall(r'href="/registers/\w+/[0-9a-f-]{36}"><bdi>([\w ]+)<', page)
    assert titles == ["Late", "Running", "Told", "Overdue", "Far off"]
    assert "28 hours late" in page
    assert "hours left to tell the authority" in page


def test_a_breach_is_closed_by_its_next_version(officer: Browser) -> None:
    entry = enter(officer, "breaches", **breach(5))
    assert "hours left" in officer.get(entry).text
    page = officer.send(entry, page=entry, version="1", close="yes", **breach(5)).text
    assert "closed; authority not told" in page
    assert 'name="close"' not in page


def test_an_entry_of_another_operation_or_register_is_not_there(site: Site, officer: Browser) -> None:
    entry = enter(officer, "breaches", **breach(1))
    assert officer.get(entry.replace("breaches", "assessments")).status_code == 404
    assert officer.get("/registers/secrets/new").status_code == 404
    with site.database.transaction(Zone.COLLECTION, operation="OTHER") as session:
        session.add(Operation(code="OTHER", names={"en": "Another operation"}))
    other = site.sign_in("elsewhere", Role.DATA_PROTECTION_OFFICER, operation="OTHER")
    assert other.get(entry).status_code == 404


def test_a_form_without_its_token_enters_nothing(officer: Browser) -> None:
    assert officer.client.post("/registers/breaches/new", data=breach(1)).status_code == 403


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_pages_speak_three_languages(officer: Browser, language: str, direction: str) -> None:
    entries = [enter(officer, "breaches", **breach(1)), enter(officer, "assessments", **ASSESSMENT)]
    for path in ("/registers", "/registers/breaches/new", "/registers/assessments/new", *entries):
        page = officer.get(path, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text
