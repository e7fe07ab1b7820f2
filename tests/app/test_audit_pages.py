"""The auditor's pages: search, export, who read how much, and verifying the chain piece by piece without a script."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from app.web.application import create_application
from core.audit import Action, AuditEntry, Purpose, audited_entries, record
from core.audit_chain import seal_log
from core.database import Database, Zone, connect
from core.keys.keyring import KeyRing
from core.permissions import PERMISSIONS, Right, Role
from core.postgres.embedded_cluster import ADMINISTRATOR, EmbeddedCluster
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site

PAGES = ("/audit", "/audit/readers", "/audit/chain")
READERS = sorted(PERMISSIONS[Right.READ_AUDIT])
RECORD = "casework.person:7"
NOT_LINKED = text(
    "SELECT EXISTS (SELECT FROM core.audit_entry e WHERE NOT EXISTS (SELECT FROM core.audit_link l WHERE l.line = e.number))"
)


@pytest.fixture
def site(database: Database, ring: KeyRing, tmp_path_factory: pytest.TempPathFactory) -> Site:
    settings = Settings(var=tmp_path_factory.mktemp("var"))
    return Site(database, ring, create_application(database, ring, settings, lambda _operation, _submission: None))


@pytest.fixture
def owner(cluster: EmbeddedCluster, database_name: str) -> Iterator[Database]:
    opened = connect(cluster.url(ADMINISTRATOR, database_name))
    yield opened
    opened.close()


def write(site: Site, count: int = 1, *, subject: str = RECORD, records: int = 1, operation: str = "TEST") -> None:
    with site.database.transaction(Zone.CASEWORK, operation=operation, actor="amal") as session:
        for _ in range(count):
            record(session, Action.READ, subject, purpose=Purpose.ASSISTANCE, count=records)


def seal(site: Site) -> None:
    """Until nothing is left: a vacuum of the server may hold a sealing back for a moment."""
    left = True
    while left:
        with site.database.transaction(Zone.AUDIT, actor="sealing") as session:
            seal_log(session, site.ring)
            left = session.scalars(NOT_LINKED).one()


def newest(site: Site) -> AuditEntry:
    with site.database.transaction(Zone.AUDIT) as session:
        return audited_entries(session, newest=1)[0]


def auditor(site: Site) -> Browser:
    return site.sign_in("olga", Role.AUDITOR)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", sorted(Role))
def test_the_pages_open_for_those_who_read_the_log_and_the_others_leave_a_denial(site: Site, role: Role, path: str) -> None:
    browser = site.sign_in("eve", role)
    answer = browser.get(path)
    if role in PERMISSIONS[Right.READ_AUDIT]:
        assert answer.status_code == 200
        assert 'href="/audit"' in answer.text
    else:
        assert answer.status_code == 403
        line = newest(site)
        assert (line.action, line.actor, line.detail) == ("denied", str(browser.account), {"right": "read_audit"})


@pytest.mark.parametrize("action", ["/audit", "/audit/csv", "/audit/verify"])
@pytest.mark.parametrize("role", sorted(set(Role) - PERMISSIONS[Right.READ_AUDIT]))
def test_neither_do_their_forms(site: Site, role: Role, action: str) -> None:
    assert site.sign_in("eve", role).send(action, page="/work").status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(site: Site) -> None:
    browser = auditor(site)
    browser.client.cookies.clear()
    answer = browser.client.get("/audit", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Faudit")


def test_a_form_without_its_token_searches_nothing(site: Site) -> None:
    assert auditor(site).client.post("/audit", data={"actor": "amal"}).status_code == 403


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"actor": "amal"}, True),
        ({"actor": "badr"}, False),
        ({"action": "read", "subject": RECORD}, True),
        ({"action": "erased"}, False),
        ({"subject": "casework.person"}, True),
        ({"purpose": "legal"}, False),
        ({"operation": "OTHER"}, False),
        ({"since": "2000-01-01", "until": "2001-01-01"}, False),
        ({"since": "2000-01-01", "until": "2999-01-01"}, True),
        ({"since": "no day", "action": "no action", "below": "no line"}, True),
    ],
)
def test_the_log_is_searched_by_what_the_form_asks(site: Site, asked: dict[str, str], there: bool) -> None:
    write(site)
    answer = auditor(site).send("/audit", page="/audit", **asked)
    assert (f'<bdi class="id">{RECORD}</bdi>' in answer.text) is there


def test_lines_come_page_by_page_and_each_only_once(site: Site) -> None:
    write(site, 120)
    browser = auditor(site)
    seen: list[str] = []
    page = browser.send("/audit", page="/audit", actor="amal")
    for _ in range(3):
        seen += re.findall(r'data-label="Line">(\d+)<', page.text)
        below = re.findall(r'name="below" value="(\d+)"><button class="quiet">Older', page.text)
        page = browser.send("/audit", page="/audit", actor="amal", below=below[0] if below else "")
    assert len(seen) == len(set(seen)) == 120


def test_lines_of_another_operation_are_not_there(site: Site) -> None:
    write(site, operation="OTHER", subject="casework.person:elsewhere")
    assert "elsewhere" not in auditor(site).get("/audit").text


def test_reading_the_log_is_a_line_without_what_was_typed(site: Site) -> None:
    browser = auditor(site)
    browser.send("/audit", page="/audit", subject="Quintessa Typed-A-Name")
    line = newest(site)
    assert (line.actor, line.action, line.subject) == (str(browser.account), "read", "core.audit_entry")
    assert line.detail == {"asked": ["subject"]}


def test_the_page_shown_is_taken_out_as_a_table_and_the_log_says_exported(site: Site) -> None:
    write(site, 60, subject="=HYPERLINK(1)")
    browser = auditor(site)
    answer = browser.send("/audit/csv", page="/audit", actor="amal")
    rows = answer.text.strip().splitlines()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows[0] == "number,at,actor,zone,operation,action,subject,purpose,count"
    assert len(rows) == 51
    assert "'=HYPERLINK(1)" in rows[1]
    assert (newest(site).action, newest(site).count) == ("exported", 50)


def test_accounts_stand_as_ids_but_to_those_who_manage_accounts(site: Site) -> None:
    badr = site.sign_in("badr", Role.CASEWORKER)
    badr.get("/audit")
    page = auditor(site).get("/audit").text
    assert str(badr.account) in page
    assert "badr" not in page
    both = site.sign_in("boss", Role.AUDITOR, Role.ADMINISTRATOR).get("/audit").text
    assert "badr" in both
    assert str(badr.account) not in both


@pytest.mark.parametrize("language", ["en", "ar"])
def test_who_read_unusually_much_stands_first_and_is_marked_in_the_drawing(site: Site, language: str) -> None:
    for actor, records in (("badr", 3), ("dina", 4), ("emil", 5), ("carol", 900)):
        with site.database.transaction(Zone.CASEWORK, operation="TEST", actor=actor) as session:
            record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=records)
    page = auditor(site).get("/audit/readers", days="7", lang=language).text
    assert page.index("carol") < page.index("badr")
    assert page.count("<polygon") == 1
    [left] = re.findall(r'class="unusual" x="([\d.]+)"', page)
    assert (float(left) > 250) is (language == "en")  # today is where reading ends


def test_the_chain_is_verified_piece_by_piece_by_loading_the_page_it_names(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.verify_in_pieces.go_on.__kwdefaults__", {"most": 10})
    write(site, 35)
    seal(site)
    browser = auditor(site)
    assert "not sealed yet" in browser.get("/audit/chain").text
    answer = browser.send("/audit/verify", page="/audit/chain")
    pieces = 1
    while 'http-equiv="refresh"' in answer.text:
        assert "<progress" in answer.text
        answer = browser.get("/audit/chain", go="on")
        pieces += 1
    assert pieces == 4
    assert "The log is as it was sealed." in answer.text
    assert "<script" not in answer.text
    assert "The log is as it was sealed." in browser.get("/audit/chain").text


def test_a_changed_line_is_named(site: Site, owner: Database) -> None:
    write(site, 3)
    seal(site)
    with owner.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE core.audit_entry SET actor = 'badr' WHERE number = 2"))
    page = auditor(site).send("/audit/verify", page="/audit/chain").text
    assert "The log is not as it was sealed. Faults: 1" in page
    assert "The line is not as it was sealed" in page


def test_a_result_that_was_made_up_is_not_believed(site: Site, owner: Database) -> None:
    write(site, 3)
    seal(site)
    browser = auditor(site)
    browser.send("/audit/verify", page="/audit/chain")
    with owner.engine.begin() as connection:
        connection.execute(text("UPDATE core.audit_verification SET content = overlay(content placing 'x' from 40)"))
    page = browser.get("/audit/chain").text
    assert "Treat it as tampering" in page
    assert "The log is as it was sealed." not in page
    assert "The log is as it was sealed." in browser.send("/audit/verify", page="/audit/chain").text


def test_two_roles_read_the_log() -> None:
    assert READERS == [Role.AUDITOR, Role.DATA_PROTECTION_OFFICER]


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_pages_speak_three_languages_and_every_action_has_a_word(site: Site, language: str, direction: str) -> None:
    with site.database.transaction(Zone.CASEWORK, operation="TEST", actor="amal") as session:
        for action in Action:
            for purpose in Purpose:
                record(session, action, RECORD, purpose=purpose)
    for path in PAGES:
        page = auditor_once(site).get(path, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text


def auditor_once(site: Site) -> Browser:
    return site.sign_in(f"olga-{UUID(int=len(site.known)).hex[-4:]}", Role.AUDITOR)
