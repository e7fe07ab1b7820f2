"""Enumerators' phones on screen: added with a code that is shown once, offered forms, allowed to carry cases, retired."""

import re
from html import unescape
from uuid import UUID

import pytest

from core.access import UNASSIGNED
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from ingest.collectors import Collector, add_collector, find_collector, list_collectors
from tests.app.test_record_pages import Browser, SignIn, Teams
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.casework.conftest import OPERATION, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

LIST, NEW = "/collectors", "/collectors/new"
SERVER = "https://collect.example.org"


def add(browser: Browser, **fields: object):  # type: ignore[no-untyped-def]
    return browser.send(NEW, page=NEW, **{"name": "tablet 3", "server": SERVER, **fields})


def phones(team: Field) -> dict[str, Collector]:
    with team.zone(Zone.COLLECTION) as session:
        return {one.name: one for one in list_collectors(session, OPERATION)}


@pytest.fixture
def supervisor(signed_in: SignIn, teams: Teams) -> Browser:
    return signed_in("sami", Role.SUPERVISOR, team=teams.one)


def test_a_phone_is_added_and_its_address_shown_this_once(signed_in: SignIn, field_team: Field, teams: Teams) -> None:
    alma = signed_in("alma", Role.ADMINISTRATOR)
    page = add(alma, unit=str(teams.one), form=["screening"])
    [address] = re.findall(rf"<code>({SERVER}/key/[\w-]+)</code>", page.text)
    assert "<svg" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    with field_team.zone(Zone.COLLECTION) as session:
        found = find_collector(session, address.rpartition("/")[2])
    assert found
    assert (found.name, found.forms, found.custody.team) == ("tablet 3", frozenset({"screening"}), str(teams.one))
    listed = alma.get(LIST).text
    assert "tablet 3" in listed
    assert "Ours › One" in unescape(listed)
    assert "/key/" not in listed + alma.get(f"{LIST}/{found.id}").text


def test_a_double_click_adds_one_phone_and_shows_its_address(signed_in: SignIn, field_team: Field, teams: Teams) -> None:
    alma = signed_in("alma", Role.ADMINISTRATOR)
    [made] = re.findall(r'name="id" value="([0-9a-f-]+)"', alma.get(NEW).text)
    shown = [
        re.findall(rf"<code>({SERVER}/key/[\w-]+)</code>", add(alma, id=made, name=name).text)
        for name in ("tablet 3", "tablet 3", "tablet 4")
    ]
    assert shown[0] == shown[1] != shown[2]  # whoever goes back and names another phone gets another
    assert set(phones(field_team)) == {"tablet 3", "tablet 4"}
    ilya = signed_in("ilya", Role.ADMINISTRATOR)
    assert shown[0][0] not in add(ilya, id=made).text  # nobody else gets an address by the page's id


def test_nothing_is_added_where_the_address_could_not_be_used(signed_in: SignIn, field_team: Field) -> None:
    alma = signed_in("alma", Role.ADMINISTRATOR)
    for fields in ({"server": "http://collect.example.org"}, {"name": " "}, {"worker": "nobody"}):
        page = add(alma, **fields)
        assert page.status_code in {404, 422}
        assert 'role="alert"' in page.text
    assert phones(field_team) == {}


def test_a_supervisor_keeps_the_phones_of_her_team_and_sees_no_other(
    signed_in: SignIn, supervisor: Browser, field_team: Field, teams: Teams
) -> None:
    page = supervisor.get(NEW).text
    assert re.findall(r'<option value="([0-9a-f-]+)"', page) == [str(teams.one)]
    assert '<option value="">' not in page
    add(supervisor, unit=str(teams.one))
    assert add(supervisor, name="theirs", unit=str(teams.two)).status_code == 403
    assert add(supervisor, name="everybody's").status_code == 403
    add(signed_in("alma", Role.ADMINISTRATOR), name="of two", unit=str(teams.two))
    assert set(phones(field_team)) == {"tablet 3", "of two"}
    assert "of two" not in supervisor.get(LIST).text
    of_two = phones(field_team)["of two"].id
    assert supervisor.get(f"{LIST}/{of_two}").status_code == 404
    for act in ("offer", "retire"):
        assert supervisor.send(f"{LIST}/{of_two}/{act}", page=NEW).status_code == 403


def test_a_supervisor_offers_forms_and_retires(supervisor: Browser, field_team: Field, teams: Teams) -> None:
    add(supervisor, unit=str(teams.one))
    phone = phones(field_team)["tablet 3"].id
    at = f"{LIST}/{phone}"
    supervisor.send(f"{at}/offer", page=at, form=["screening"])
    assert phones(field_team)["tablet 3"].forms == frozenset({"screening"})
    supervisor.send(f"{at}/offer", page=at)
    assert phones(field_team)["tablet 3"].forms is None
    assert "Its address is closed" in supervisor.send(f"{at}/retire", page=at).text
    assert phones(field_team) == {}


def test_an_officer_lets_it_carry_cases_and_nobody_else_does(
    signed_in: SignIn, supervisor: Browser, field_team: Field, teams: Teams
) -> None:
    add(supervisor, unit=str(teams.one))
    at = f"{LIST}/{phones(field_team)['tablet 3'].id}"
    assert "Cases on the phone" not in supervisor.get(at).text
    assert supervisor.send(f"{at}/carry", page=at, cases="yes").status_code == 403
    dina = signed_in("dina", Role.DATA_PROTECTION_OFFICER)
    assert "Retire" not in dina.get(at).text
    dina.send(f"{at}/carry", page=at, cases="yes", part=["facts", "narrative"])
    assert phones(field_team)["tablet 3"].carries == frozenset({RecordPart.FACTS})
    assert "references, facts" in dina.get(LIST).text
    dina.send(f"{at}/carry", page=at)
    assert phones(field_team)["tablet 3"].carries is None


def test_a_phone_of_no_unit_carries_nothing_and_the_page_says_why(signed_in: SignIn, field_team: Field) -> None:
    with field_team.zone(Zone.COLLECTION) as session:
        add_collector(session, OPERATION, "anybody's")
    [phone] = phones(field_team).values()
    assert phone.custody == UNASSIGNED
    page = signed_in("dina", Role.DATA_PROTECTION_OFFICER).get(f"{LIST}/{phone.id}").text
    assert "belongs to no unit" in page


def test_only_those_three_have_the_pages(signed_in: SignIn) -> None:
    for role in Role:
        expected = 200 if role in {Role.ADMINISTRATOR, Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER} else 403
        assert signed_in(f"a-{role}", role).get(LIST).status_code == expected, role
    assert signed_in("dina", Role.DATA_PROTECTION_OFFICER).get(NEW).status_code == 403


def test_the_pages_speak_the_other_languages(signed_in: SignIn, teams: Teams, field_team: Field) -> None:
    alma = signed_in("alma", Role.ADMINISTRATOR)
    add(alma, unit=str(teams.one))
    [phone] = phones(field_team).values()
    for language, direction in (("fr", "ltr"), ("ar", "rtl")):
        for path in (LIST, NEW, f"{LIST}/{phone.id}"):
            assert f'<html lang="{language}" dir="{direction}">' in alma.get(path, lang=language).text


def test_who_added_changed_and_retired_stands_in_the_log(supervisor: Browser, field_team: Field, teams: Teams) -> None:
    add(supervisor, unit=str(teams.one))
    at = f"{LIST}/{phones(field_team)['tablet 3'].id}"
    supervisor.send(f"{at}/offer", page=at)
    supervisor.send(f"{at}/retire", page=at)
    with field_team.zone(Zone.AUDIT) as session:
        lines = [it for it in audited_entries(session, action=Action.REGISTERED) if it.subject.startswith("ingest.collector:")]
    assert [UUID(it.actor) for it in lines] == [supervisor.account] * 3
