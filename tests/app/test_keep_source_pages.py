"""Other servers kept on screen: a form is added, tried, deployed, changed and removed, and no page shows a token."""

import re
from collections.abc import Iterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from app.arriving.deploy_form import deploy_form
from core.access import Custody
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import compile_workbook, publish_form
from ingest.sources import Kind, ServerAct, Source, begin_act, list_sources, open_token
from tests.app.test_record_pages import Browser, SignIn, Teams
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.app.test_source_pages import source
from tests.app.test_sync.conftest import kobo as kobo  # noqa: PLC0414
from tests.app.test_sync.conftest import kobo_server as kobo_server  # noqa: PLC0414
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.ingest.central_server import EMAIL, PASSWORD, CentralForm, central_serving
from tests.ingest.kobo_server import KoboForm

NEW = "/sources/new"
TOKEN = "another-token-of-the-test"


@pytest.fixture
def ada(signed_in: SignIn) -> Browser:
    return signed_in("ada", Role.ADMINISTRATOR)


@pytest.fixture
def central() -> Iterator[CentralForm]:
    with central_serving() as form:
        form.asset = "7/movement_tracking"
        yield form


def kept(team: Field) -> list[Source]:
    with team.zone(Zone.COLLECTION) as session:
        return list_sources(session, OPERATION)


def token_of(team: Field, source: UUID) -> str:
    with team.zone() as session:
        return open_token(session, team.ring, source)


def given(server: KoboForm, **more: object) -> dict[str, object]:
    about = {"kind": "kobotoolbox", "address": server.address, "asset": server.asset, "form": "movement_tracking"}
    return {**about, "token": server.token, **more}


def test_a_form_is_added_and_its_server_asked_whether_it_lets_us_in(
    ada: Browser, field_team: Field, teams: Teams, kobo: KoboForm
) -> None:
    page = ada.send(NEW, page=NEW, **given(kobo, unit=teams.one))
    [one] = kept(field_team)
    assert page.url.path == f"/sources/{one.id}"
    assert "The server lets us in" in page.text
    assert (one.kind, one.form_id, one.custody.team) == (Kind.KOBO, "movement_tracking", str(teams.one))
    assert token_of(field_team, one.id) == kobo.token
    assert kobo.token not in page.text + ada.get("/sources").text
    assert f'href="/sources/{one.id}"' in ada.get("/sources").text
    with field_team.zone(Zone.AUDIT) as session:
        [line] = [it for it in audited_entries(session) if it.action == Action.REGISTERED and it.subject.endswith(str(one.id))]
    assert line.actor == str(ada.account)


def test_a_server_that_does_not_let_us_in_is_told_so_and_stays_to_be_mended(
    ada: Browser, field_team: Field, kobo: KoboForm
) -> None:
    page = ada.send(NEW, page=NEW, **given(kobo, token="wrong")).text
    assert "The connection failed: <code>INGEST-154</code>" in page
    [one] = kept(field_team)
    here = f"/sources/{one.id}"
    assert "Changed, for what is fetched" in ada.send(f"{here}/change", page=here, **given(kobo)).text
    assert token_of(field_team, one.id) == kobo.token
    assert "The server lets us in" in ada.send(f"{here}/try", page=here).text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"address": "http://kf.example.org"}, "would travel in clear"),
        ({"token": ""}, "Something of the account is missing"),
        ({"kind": "odk-central"}, "Something of the account is missing"),
        ({"kind": "odk-central", "account": "a@example.org"}, "names no form of ODK Central"),
    ],
)
def test_what_is_refused_is_told_beside_what_was_typed_without_the_token(
    ada: Browser, field_team: Field, kobo: KoboForm, wrong: dict[str, str], told: str
) -> None:
    page = ada.send(NEW, page=NEW, **(given(kobo, token=TOKEN) | wrong))
    assert (page.status_code, told in page.text) == (422, True)
    assert f'value="{kobo.asset}"' in page.text
    assert TOKEN not in page.text
    assert kept(field_team) == []


def test_a_form_is_not_added_twice(ada: Browser, field_team: Field, kobo: KoboForm) -> None:
    for _ in range(2):
        page = ada.send(NEW, page=NEW, **given(kobo))
    assert "is fetched already" in page.text
    assert len(kept(field_team)) == 1


def test_a_token_goes_to_no_other_server(ada: Browser, field_team: Field, kobo: KoboForm) -> None:
    one = source(field_team)
    here = f"/sources/{one.id}"
    moved = ada.send(f"{here}/change", page=here, **given(kobo, token=""))
    assert "is sent to no other" in moved.text
    assert f'value="{kobo.address}"' in moved.text  # what was typed stays
    assert [it.address for it in kept(field_team)] == [one.address]
    stays = {"address": one.address, "form": "screening_interview", "token": ""}
    assert "Changed" in ada.send(f"{here}/change", page=here, **stays).text
    assert ([it.form_id for it in kept(field_team)], token_of(field_team, one.id)) == (["screening_interview"], "secret-token")


def test_it_is_removed_after_a_second_look(ada: Browser, field_team: Field) -> None:
    one = source(field_team)
    here = f"/sources/{one.id}"
    assert "its token is forgotten" in ada.get(f"{here}/remove").text
    assert len(kept(field_team)) == 1
    assert "It is not fetched any more" in ada.send(f"{here}/remove", page=f"{here}/remove").text
    assert kept(field_team) == []
    assert ada.get(here).status_code == 404


def test_a_form_is_deployed_on_odk_central(ada: Browser, field_team: Field, central: CentralForm) -> None:
    about = {"kind": "odk-central", "address": central.address, "asset": central.asset, "form": "movement_tracking"}
    ada.send(NEW, page=NEW, **about, account=EMAIL, token=PASSWORD)
    [one] = kept(field_team)
    here = f"/sources/{one.id}"
    assert "The server lets us in" in ada.get(here).text
    assert "The form is deployed." in ada.send(f"{here}/deploy", page=here).text
    assert len(central.published) == 1
    assert "No such version" in ada.send(f"{here}/deploy", page=here, version="7").text
    assert len(central.published) == 1
    assert central.sessions == []  # signed out again, each time


def deploy(ada: Browser, source: UUID, content: bytes) -> Response:
    """By the page's own form, with a file."""
    [token] = set(re.findall(r'name="form_token" value="(\w+)"', ada.get(f"/sources/{source}").text))
    fields = {"form_token": token, "version": "", "encoding": ""}
    files = {"workbook": ("camp.md", content, "text/markdown")}
    return ada.client.post(f"/sources/{source}/deploy-workbook", data=fields, files=files)


def camp(question: str) -> bytes:
    return (
        f"| survey |\n| | type | name | label |\n| | text | {question} | Who? |\n"
        "| settings |\n| | form_id | version |\n| | camp | 1 |\n"
    ).encode()


@pytest.fixture
def camped(ada: Browser, field_team: Field, kobo: KoboForm) -> UUID:
    """A form that is published here, and its project on KoboToolbox."""
    with field_team.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, compile_workbook(camp("who"), "camp.md").xform, {})
    ada.send(NEW, page=NEW, **given(kobo, form="camp"))
    return kept(field_team)[0].id


def test_kobotoolbox_is_not_told_before_the_workbook_was_looked_at(ada: Browser, camped: UUID, kobo: KoboForm) -> None:
    for content, told in ((camp("whom"), "asks something else"), (b"", "needs the workbook")):
        page = deploy(ada, camped, content)
        assert (page.status_code, told in page.text, "could not be deployed" in page.text) == (422, True, False)
    assert (kobo.told, kobo.deployments) == ([], [])


def test_a_form_is_deployed_on_kobotoolbox_with_its_workbook(
    ada: Browser, camped: UUID, kobo: KoboForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = partial(deploy_form, wait=lambda _: None)
    monkeypatch.setattr("app.web.collection.keep_source_pages.deploy_form", at_once)
    assert "The form is deployed." in deploy(ada, camped, camp("who")).text
    assert kobo.deployments == ["vOfWorkbook1"]
    kobo.ails = [(403, {})]
    assert "could not be deployed: <code>INGEST-154</code>" in deploy(ada, camped, camp("who")).text


def test_while_it_goes_on_the_page_asks_itself_and_then_no_more(ada: Browser, field_team: Field) -> None:
    one = source(field_team)
    with field_team.zone(Zone.COLLECTION) as session:
        begin_act(session, OPERATION, one.id, ServerAct.DEPLOY)
    refresh = f'content="2; url=/sources/{one.id}?go=on"'
    assert refresh in ada.get(f"/sources/{one.id}", go="on").text
    page = ada.get(f"/sources/{one.id}").text
    assert "The form is being deployed" in page
    assert refresh not in page
    with field_team.zone(Zone.COLLECTION) as session:
        session.execute(text("UPDATE ingest.source_act SET begun_at = begun_at - interval '2 hours'"))
    page = ada.get(f"/sources/{one.id}", go="on").text
    assert "the program was stopped" in page
    assert refresh not in page


def test_an_administrator_keeps_them_within_reach_and_nobody_else_does(
    signed_in: SignIn, field_team: Field, teams: Teams
) -> None:
    one, mine = source(field_team), source(field_team, "aTwo", Custody("org", "north", str(teams.one)))
    sara, nora = signed_in("sara", Role.SUPERVISOR), signed_in("nora", Role.ADMINISTRATOR, team=teams.one)
    assert NEW not in sara.get("/sources").text
    for path in (NEW, f"/sources/{one.id}", f"/sources/{one.id}/remove"):
        assert sara.get(path).status_code == 403
    assert sara.send(f"/sources/{one.id}/remove", page="/sources").status_code == 403
    assert nora.get(f"/sources/{one.id}").status_code == 403
    assert nora.get(f"/sources/{mine.id}").status_code == 200
    assert nora.get(f"/sources/{uuid4()}").status_code == 404
