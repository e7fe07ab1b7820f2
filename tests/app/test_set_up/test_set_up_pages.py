"""The set-up on screen: a manager takes the file home, another office looks at it and brings it in."""

import re

import pytest
from httpx import Response

from app.program import Program
from app.set_up import write_set_up
from app.set_up.file_parts import KIND, VERSION
from app.web.application import create_application
from core.database import Zone
from core.permissions import Role
from core.sealing.packed_parts import pack, unpack
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


def test_another_looks_first_and_then_brings_in_what_is_theirs(home_file: bytes, there: Site) -> None:
    adam = there.sign_in("adam", Role.ADMINISTRATOR)
    looked = send(adam, home_file).text
    assert "Nothing was changed." in looked
    for said in ("Relief › North", "Left for a colleague", "classify_form", "Bring these lists along", "towns.csv"):
        assert said in looked
    done = send(adam, home_file, "bring").text
    assert "What was brought in" in done
    assert "Added" in done
    with there.database.transaction(Zone.COLLECTION, access=PROGRAM) as session:
        assert "wells" in {form.form_id for form in list_forms(session, OPERATION)}


def test_what_is_at_odds_or_changed_or_from_elsewhere_is_not_brought_in(home_file: bytes, there: Site) -> None:
    sara = there.sign_in("sara", Role.SUPERVISOR)
    parts = unpack(home_file, KIND, VERSION) | {"policies/programme.toml": b"[lists]"}
    at_odds = send(sara, pack(KIND, VERSION, parts), "bring").text
    assert "Nothing of it can be brought in" in at_odds
    assert "The program cannot use it" in at_odds
    at = home_file.index(b"PK\x03\x04", 100) + 60
    changed = send(sara, home_file[:at] + bytes([home_file[at] ^ 1]) + home_file[at + 1 :], "bring")
    assert changed.status_code == 422
    assert "Nothing of it was used" in changed.text
    assert sara.client.post("/setup", data={"form_token": "x"}, files={"file": ("a.zip", home_file)}).status_code == 403


def test_it_is_closed_to_whoever_manages_nothing(there: Site) -> None:
    for role in set(Role) - {Role.SUPERVISOR, Role.ADMINISTRATOR, Role.PROTECTION_OFFICER, Role.DATA_PROTECTION_OFFICER}:
        assert there.sign_in(role.value, role).get("/setup").status_code == 403
