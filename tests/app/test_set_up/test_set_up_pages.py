"""The set-up on screen: a manager takes the file home, another office looks at it and brings it in."""

import re

import pytest
from httpx import Response

from app.program import Program
from app.set_up import write_set_up
from app.set_up.file_parts import KIND, VERSION
from app.web.application import create_application
from core.database import Zone
from core.packed_parts import pack, unpack
from core.permissions import Role
from core.settings import Settings
from forms import list_forms
from tests.app.signed_in_browser import Browser, Site
from tests.app.test_set_up.conftest import PROGRAM, SONIA, Office
from tests.casework.conftest import OPERATION


def site_of(program: Program) -> Site:
    application = create_application(program.database, program.ring, Settings(), lambda _operation, _submission: None)
    return Site(program.database, program.ring, application)


@pytest.fixture
def there(elsewhere: Office) -> Site:
    return site_of(elsewhere.program)


def send(browser: Browser, content: bytes, do: str = "look", **more: str) -> Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', browser.get("/setup").text))
    return browser.client.post("/setup", data={"form_token": token, "do": do} | more, files={"file": ("a.zip", content)})


def test_a_manager_takes_the_file_home_and_lists_of_people_stay(at_work: Office) -> None:
    sonia = site_of(at_work.program).sign_in("sara", Role.SUPERVISOR)
    assert "towns 1: towns.csv" in sonia.get("/setup").text
    answer = sonia.send("/setup/file", page="/setup")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="TEST-setup.zip"'
    assert answer.content == write_set_up(at_work.program, SONIA)
    with_towns = sonia.send("/setup/file", page="/setup", list="towns.csv").content
    assert any(name.endswith("media/towns.csv") for name in unpack(with_towns, KIND, VERSION))


def test_another_looks_first_and_then_brings_in_what_is_theirs(at_work: Office, there: Site) -> None:
    content = write_set_up(at_work.program, SONIA)
    adam = there.sign_in("adam", Role.ADMINISTRATOR)
    looked = send(adam, content).text
    assert "Nothing was changed." in looked
    for said in ("Relief › North", "Left for a colleague", "classify_form", "Bring these lists along", "towns.csv"):
        assert said in looked
    done = send(adam, content, "bring").text
    assert "What was brought in" in done
    assert "Added" in done
    with there.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        assert "wells" in {form.form_id for form in list_forms(session, OPERATION)}


def test_what_is_at_odds_is_shown_and_not_brought_in(at_work: Office) -> None:
    content = write_set_up(at_work.program, SONIA)
    parts = unpack(content, KIND, VERSION) | {"policies/programme.toml": b"[lists]"}
    sara = site_of(at_work.program).sign_in("sara", Role.SUPERVISOR)
    answer = send(sara, pack(KIND, VERSION, parts), "bring")
    assert "Nothing of it can be brought in" in answer.text
    assert "The program cannot use it" in answer.text


def test_a_changed_file_and_a_form_from_elsewhere_are_refused(at_work: Office) -> None:
    sara = site_of(at_work.program).sign_in("sara", Role.SUPERVISOR)
    content = write_set_up(at_work.program, SONIA)
    at = content.index(b"PK\x03\x04", 100) + 60
    answer = send(sara, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], "bring")
    assert answer.status_code == 422
    assert "Nothing of it was used" in answer.text
    assert sara.client.post("/setup", data={"form_token": "x"}, files={"file": ("a.zip", content)}).status_code == 403


def test_it_is_closed_to_whoever_manages_nothing(at_work: Office) -> None:
    site = site_of(at_work.program)
    for role in set(Role) - {Role.SUPERVISOR, Role.ADMINISTRATOR, Role.PROTECTION_OFFICER, Role.DATA_PROTECTION_OFFICER}:
        assert site.sign_in(role.value, role).get("/setup").status_code == 403
