"""Places on screen: what there is, and a gazetteer that is looked at and added. Nothing that is there is changed."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import Response
from typer.testing import CliRunner

from app.cli.main import commands
from app.program import open_program
from app.web.application import create_application
from core.access import Access
from core.audit import Action, audited_entries
from core.database import Zone
from core.models import Operation
from core.permissions import Role
from core.places import Place, load_places, write_gazetteer
from core.settings import Settings
from tests.app.signed_in_browser import Browser, Site
from tests.casework.conftest import OPERATION, PLACES, SQUARE, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

NEW = [
    *PLACES,
    Place("XM02", "XM", 1, {"en": "South", "fr": "Sud"}, SQUARE),
    Place("XM0201", "XM02", 2, {"en": "Cove"}, SQUARE),
]


@pytest.fixture
def site(field_team: Field) -> Site:
    application = create_application(field_team.database, field_team.ring, Settings(), lambda _operation, _entry: None)
    return Site(field_team.database, field_team.ring, application)


@pytest.fixture
def adam(site: Site) -> Browser:
    return site.sign_in("adam", Role.ADMINISTRATOR)


def send(who: Browser, places: list[Place] | bytes, **fields: str) -> Response:
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', who.get("/places").text))
    content = places if isinstance(places, bytes) else write_gazetteer(places).encode()
    return who.client.post("/places", data={"form_token": token} | fields, files={"file": ("land.geojson", content)})


def digest_of(page: Response) -> str:
    [digest] = re.findall(r'name="digest" value="(\w{64})"', page.text)
    return str(digest)


def names(team: Field) -> Mapping[str, str]:
    with team.zone(Zone.COLLECTION) as session:
        return {place.code: place.name("en") for place in load_places(session, OPERATION)}


def test_what_was_looked_at_is_added_and_what_is_here_stays(adam: Browser, field_team: Field) -> None:
    before = names(field_team)
    renamed = [replace(place, names={"en": "Ashby-on-Sea"}) if place.code == "XM0101" else place for place in NEW]
    looked = send(adam, renamed)
    assert "Places that are here already: 4" in looked.text
    assert re.search(r"stay as they are here</h3><ul><li><code>XM0101</code> <bdi>Ashby-on-Sea", looked.text)
    assert looked.text.count("<li><code>") == 3, "shapes that are as they were are not told as other ones"
    assert "Would be added: 2" in looked.text
    assert names(field_team) == before, "to look changes nothing"
    assert "Added." in send(adam, renamed, digest=digest_of(looked)).text
    assert names(field_team) == before | {"XM02": "South", "XM0201": "Cove"}
    with field_team.zone(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.REGISTERED)
    assert (line.actor, line.subject, line.count) == (str(adam.account), f"core.place:{OPERATION}", 2)
    assert "There is nothing to add." in send(adam, NEW).text


def test_they_are_shown_place_within_place(adam: Browser) -> None:
    page = adam.get("/places").text
    assert "Countries: 1 · Regions: 1 · Districts: 2" in page
    assert "Marenda" in page
    assert "Ashby" not in page
    assert "Ashby" in adam.get("/places", within="XM01").text
    assert "There are no places here yet." in adam.get("/places", within="<b>").text


def test_nothing_else_than_what_was_looked_at_is_added(adam: Browser, field_team: Field) -> None:
    before, digest = names(field_team), digest_of(send(adam, NEW))
    answer = send(adam, NEW[:-1], digest=digest)
    assert (answer.status_code, digest_of(answer) != digest) == (422, True)
    assert "What was sent is not what was looked at" in answer.text
    assert names(field_team) == before


def test_a_place_never_moves(adam: Browser, field_team: Field) -> None:
    before = names(field_team)
    moved = [replace(place, parent="XM02") if place.code == "XM0102" else place for place in NEW]
    looked = send(adam, moved)
    assert "Nothing is added until the file agrees." in looked.text
    assert 'name="digest"' not in looked.text
    answer = send(adam, moved, digest=digest_of(send(adam, NEW)))
    assert answer.status_code == 422
    assert "Some places lie in another place than here" in answer.text
    assert names(field_team) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[]", "while reading it"),
        (b"\xff", "while reading it"),
        (write_gazetteer([*PLACES, PLACES[1]]).encode(), "XM01 stands there twice"),
        (write_gazetteer([Place("X", None, 0, {"en": ""}, SQUARE)]).encode(), "is no text"),
        (write_gazetteer([Place("X", None, 0, {"en": "X"}, {"type": "Point", "coordinates": [0, 0]})]).encode(), "no polygon"),
        (write_gazetteer([Place("X", None, 0, {"en": "X"}, {"type": "Circle"})]).encode(), "not as GeoJSON has it"),
    ],
)
def test_a_file_that_is_no_gazetteer_is_refused_with_the_reason(adam: Browser, content: bytes, reason: str) -> None:
    answer = send(adam, content)
    assert (answer.status_code, reason in answer.text) == (422, True)


def test_it_is_closed_to_whoever_may_not_and_to_forms_from_elsewhere(site: Site, adam: Browser) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        who = site.sign_in(role.value, role)
        assert who.get("/places").status_code == 403
        assert who.client.post("/places", files={"file": ("a.geojson", b"{}")}).status_code == 403
    assert adam.client.post("/places", data={"form_token": "x"}, files={"file": ("a.geojson", b"")}).status_code == 403


def test_the_command_adds_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYSTATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("WAYSTATION_DATABASE_OWNER_URL", settings.database_owner_url)
    monkeypatch.setenv("WAYSTATION_VAR", str(settings.var))
    settings.var.mkdir()
    settings.passphrase_path.write_text("seven lanterns on the quay")
    access = Access.of_system("a test", "TEST")
    with open_program(settings) as program, program.database.transaction(Zone.COLLECTION, access=access) as session:
        session.add(Operation(code="TEST", names={}))
    for places, said in ((PLACES, "4 places added"), (NEW, "2 places added"), (NEW, "0 places added")):
        (tmp_path / "land.geojson").write_text(json.dumps(json.loads(write_gazetteer(places))))
        assert said in CliRunner().invoke(commands, ["operations", "add-places", "TEST", str(tmp_path / "land.geojson")]).output
