"""Forms published on screen: everything wrong is told at once, and what was looked at is published, or nothing."""

import io
import re
from collections.abc import Mapping

import openpyxl
import pytest
from httpx import Response

import forms
from app.web.application import create_application
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SURVEY = """| survey |
| | type | name | label | calculation |
| | text | name | {label} | |
| | select_one_from_file towns.csv | town | Town | |
| settings |
| | form_id | version |
| | arrivals | {version} |
"""
TOWNS = {"towns.csv": b"name,label\nx,Canary Listed Person\n"}
BROKEN = """| survey |
| | type | name | label |
| | txet | name | Name |
| | text | two words | Name |
"""


@pytest.fixture
def site(field_team: Field) -> Site:
    application = create_application(field_team.database, field_team.ring, Settings(java=""), lambda _operation, _entry: None)
    return Site(field_team.database, field_team.ring, application)


@pytest.fixture
def adam(site: Site) -> Browser:
    return site.sign_in("adam", Role.ADMINISTRATOR)


def survey(version: int = 1, label: str = "Name") -> bytes:
    return SURVEY.format(version=version, label=label).encode()


def send(
    who: Browser, workbook: bytes, media: Mapping[str, bytes] = TOWNS, *, name: str = "arrivals.md", **fields: str
) -> Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/forms/publish").text))
    files = [("workbook", (name, workbook)), *(("media", (called, content)) for called, content in media.items())]
    return who.client.post("/forms/publish", data={"form_token": token} | fields, files=files)


def spreadsheet() -> bytes:
    written = openpyxl.Workbook()
    sheet = written.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (("type", "name", "label"), ("integer", "depth", "How deep?")):
        sheet.append(row)
    kept = io.BytesIO()
    written.save(kept)
    return kept.getvalue()


def digest_of(page: Response) -> str:
    [digest] = re.findall(r'name="digest" value="(\w{64})"', page.text)
    return str(digest)


def versions(team: Field, form_id: str = "arrivals") -> list[str]:
    with team.zone(Zone.COLLECTION) as session:
        return [form.version for form in forms.list_forms(session, OPERATION) if form.form_id == form_id]


def test_what_was_looked_at_is_published_and_changes_are_shown_before(adam: Browser, field_team: Field) -> None:
    looked = send(adam, survey())
    assert "No form of this id is published yet." in looked.text
    assert re.search(r"These lists may name people[^<]+<code>towns.csv</code>", looked.text)
    assert "Canary Listed Person" not in looked.text
    assert versions(field_team) == [], "to look changes nothing"
    done = send(adam, survey(), digest=digest_of(looked))
    assert "Published." in done.text
    assert versions(field_team) == ["1"]
    with field_team.zone(Zone.COLLECTION) as session:
        media = {it.file_name: it.content for it in forms.read_media(session, OPERATION, "arrivals", "1")}
    assert media.keys() == {"places.csv", "towns.csv"}
    assert media["towns.csv"] == TOWNS["towns.csv"]
    with field_team.zone(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.PUBLISHED)
    assert [line.subject for line in lines if line.actor == str(adam.account)] == ["forms.form_version:arrivals"]

    assert "This version is published already" in send(adam, survey()).text
    looked = send(adam, survey(2, "Full name"))
    assert "It takes the place of version <code>1</code>" in looked.text
    for said in ("<code>/data/name</code>", "worded anew", "Full name", "Stored answers were given to the former words."):
        assert said in looked.text
    assert send(adam, survey(2, "Full name"), digest=digest_of(looked)).url.query == b"done=published"
    assert versions(field_team) == ["2"]


def test_nothing_is_published_that_was_not_looked_at(adam: Browser, field_team: Field) -> None:
    digest = digest_of(send(adam, survey()))
    others = (
        (survey(1, "Other"), TOWNS, {}),
        (survey(), {"towns.csv": b"name,label\ny,Y\n"}, {}),
        (survey(), {**TOWNS, "more.csv": b"a"}, {}),
    )
    for workbook, media, more in others:
        answer = send(adam, workbook, media, digest=digest, **more)
        assert answer.status_code == 422
        assert "What was sent is not what was looked at" in answer.text
        assert digest_of(answer) != digest, "what was sent is shown, to be looked at"
    assert versions(field_team) == []
    digest = digest_of(send(adam, survey(3)))
    with field_team.zone(Zone.COLLECTION) as session:  # a colleague is faster
        compiled = forms.compile_workbook(survey(2), "arrivals.md")
        forms.publish_form(session, OPERATION, compiled.xform, TOWNS)
    assert "It takes the place of version <code>2</code>" in send(adam, survey(3), digest=digest).text
    assert versions(field_team) == ["2"]


def test_everything_wrong_is_told_at_once_by_sheet_and_row(adam: Browser) -> None:
    answer = send(adam, BROKEN.encode(), {})
    assert answer.status_code == 422
    rows = re.findall(r'Sheet"><bdi>survey</bdi></td><td data-label="Row">(\d)</td><td[^>]+><bdi>([^<]+)', answer.text)
    assert {("2", "txet"), ("3", "two words")} <= set(rows)
    assert "Correct everything that is listed" in answer.text
    assert "cannot become a form" in send(adam, b"PK\x03\x04 broken", {}, name="a.xlsx").text


def test_what_is_refused_when_published_is_refused_when_looked_at(adam: Browser, field_team: Field) -> None:
    send(adam, survey(), digest=digest_of(send(adam, survey())))
    changed = send(adam, survey(1, "Other"))
    assert (changed.status_code, "published already, with other content" in changed.text) == (422, True)
    missing = send(adam, survey(2), {})
    assert "refers to files that you did not choose" in missing.text
    assert "towns.csv" in missing.text
    assert "has no key for encrypted forms" in send(adam, survey(2), encrypted="yes").text
    foreign = survey(2).replace(b"| | form_id | version |", b"| | form_id | version | public_key |")
    foreign = foreign.replace(b"| | arrivals | 2 |", b"| | arrivals | 2 | MIIB |")
    assert "brings along a public key of its own" in send(adam, foreign).text
    assert "cannot be read with that code page" in send(adam, survey(2), {"towns.csv": b"\xc9"}, encoding="utf-99").text
    assert versions(field_team) == ["1"]


def test_a_spreadsheet_is_checked_by_odk_validate_and_encrypted_with_the_key_of_the_operation(
    site: Site, field_team: Field
) -> None:
    site.application = create_application(field_team.database, field_team.ring, Settings(), lambda _operation, _entry: None)
    adam, workbook = site.sign_in("adam", Role.ADMINISTRATOR), spreadsheet()
    with field_team.zone(Zone.COLLECTION) as session:
        forms.add_form_key(session, field_team.ring, OPERATION)
    looked = send(adam, workbook, {}, name="visits.xlsx", encrypted="yes")
    assert "encrypted on the phone" in looked.text
    assert "ODK Validate was skipped" not in looked.text
    in_clear = send(adam, workbook, {}, name="visits.xlsx", digest=digest_of(looked))
    assert "What was sent is not what was looked at" in in_clear.text
    send(adam, workbook, {}, name="visits.xlsx", encrypted="yes", digest=digest_of(looked))
    with field_team.zone(Zone.COLLECTION) as session:
        form = forms.find_form(session, OPERATION, "visits", "")
    assert form
    assert form.encrypted


def test_it_is_closed_to_whoever_may_not_publish_and_to_forms_from_elsewhere(site: Site, adam: Browser) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        who = site.sign_in(role.value, role)
        assert who.get("/forms/publish").status_code == 403
        assert who.client.post("/forms/publish", files={"workbook": ("a.md", survey())}).status_code == 403
    assert adam.client.post("/forms/publish", data={"form_token": "x"}, files={"a": ("a.md", b"")}).status_code == 403
    assert send(adam, b"", {}, name="empty.xlsx").status_code == 422


def test_a_browser_sends_a_field_of_files_also_where_none_was_chosen(adam: Browser) -> None:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', adam.get("/forms/publish").text))
    workbook = survey().replace(b"select_one_from_file towns.csv", b"text")
    parts = [
        b'name="form_token"\r\n\r\n' + token.encode(),
        b'name="workbook"; filename="arrivals.md"\r\n\r\n' + workbook,
        b'name="media"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
    ]
    body = b"".join(b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    looked = adam.client.post("/forms/publish", content=body, headers=kind)
    assert (looked.status_code, len(digest_of(looked))) == (200, 64)
    assert "does not name these files" not in looked.text


def test_too_much_is_refused_and_not_kept(adam: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.collection.publish_form_pages.MOST_BYTES", len(survey()) + 10)
    answer = send(adam, survey())
    assert (answer.status_code, "too large together" in answer.text) == (422, True)
    assert send(adam, survey(), {}).status_code == 422
    monkeypatch.undo()
    assert "too large together, or too many" in send(adam, survey(), {f"{number}.png": b"" for number in range(201)}).text
