"""The people around a person over HTTP: covered until revealed, changed by forms, shown to those alone who may."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from casework import list_cases
from core.access import Custody
from core.audit import Purpose
from core.permissions import Role
from tests.app.test_record_pages import Browser, SignIn, Teams, give_to
from tests.app.test_record_pages import person as person  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

SISTER = {**SCREENING, "case_reference": "SC-0077", "prs_First_Name": "Hibaaq"}
NEW = {"name": "Hodan Newborn", "age": "0", "gender": "female", "given_by": "self", "language": "so"}
FORMS = {
    "family": {},
    "family/relate": {"named": "SC-0077", "kind": "sibling"},
    "child": {},
    "child/care": {"status": "separated", "decided_by": "panel"},
    "child/steps": {"kind": "tracing"},
    "history/apart": {},
    "history/apart/add": {"kind": "transit", "note": "By lorry."},
    "perpetrators/apart": {},
    "perpetrators/apart/add": {"role": "recruiter", "name": "Quinto"},
}


@begun
def sister(field_team: Field, person: UUID) -> UUID:
    field_team.admit(field_team.send("screening", SISTER))
    with field_team.zone() as session:
        return next(case.person for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) if case.person != person)


def household_of(team: Field, person: UUID) -> UUID:
    with team.zone() as session:
        found: UUID = session.scalars(
            text("SELECT household FROM casework.household_member WHERE person = :p"), {"p": person}
        ).one()
        return found


def at(person: UUID, panel: str) -> str:
    return f"/persons/{person}/{panel}"


def shown(browser: Browser, person: UUID, panel: str) -> str:
    """The page with everything revealed that it offers to reveal."""
    asked = re.findall(r'name="reveal" value="([^"]+)"', browser.get(at(person, panel)).text)
    return browser.send(at(person, panel), reveal=asked).text


def test_a_relationship_is_noted_by_reference_covered_and_revealed_and_ended(
    signed_in: SignIn, person: UUID, sister: UUID
) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.send(at(person, "family/relate"), named="sc-0077", kind="sibling", note="They came together.")
    assert "SC-0077" not in str(page.url)
    assert "Hibaaq" not in page.text
    revealed = shown(amal, person, "family")
    for said in ("Brother or sister", "Hibaaq Interviewed", "They came together."):
        assert said in revealed
    [end] = re.findall(r'formaction="(/persons/[^"]+/end)"', page.text)
    assert "The relationships are changed" in amal.send(end).text
    [take_back] = re.findall(r'formaction="(/persons/[^"]+/take-back)"', page.text)
    assert "No relationship is noted" in amal.send(take_back).text


def test_nobody_or_several_of_that_name_are_said_and_nothing_is_noted(signed_in: SignIn, person: UUID, sister: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    for named in ("SC-9999", SCREENING["prs_MobilePhone"]):
        assert "Nobody in your reach fits" in amal.send(at(person, "family/relate"), named=named, kind="parent").text


def test_an_address_that_names_no_change_of_ours_changes_nothing(
    signed_in: SignIn, field_team: Field, person: UUID, sister: UUID
) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.send(at(person, "family/relate"), named=str(sister), kind="sibling")
    [end] = re.findall(r'formaction="(/persons/[^"]+)/end"', page.text)
    household = f"household/{household_of(field_team, person)}"
    for address in (f"{end}/finish", at(person, f"{household}/{person}/expel")):
        assert amal.send(address).status_code == 404
    assert f"{end}/end" in amal.get(at(person, "family")).text


def test_a_household_takes_in_somebody_new_and_somebody_known_names_its_head_and_lets_go(
    signed_in: SignIn, field_team: Field, person: UUID, sister: UUID
) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    household = f"household/{household_of(field_team, person)}"
    assert "The household is changed" in amal.send(at(person, f"{household}/add"), **NEW).text
    amal.send(at(person, f"{household}/join"), named=str(sister))
    page = shown(amal, person, "family")
    assert "Hodan Newborn" in page
    assert "Hibaaq Interviewed" in page
    assert page.count("/leave") == 3
    page = amal.send(at(person, f"{household}/{sister}/head")).text
    assert page.count(">Head of household<") == 1
    page = amal.send(at(person, f"{household}/{sister}/leave")).text
    assert ">Head of household<" not in page
    assert f"{sister}/come-back" in page


def test_a_child_alone_is_on_the_list_and_flagged_on_the_record(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    flag = "Noted as an unaccompanied or separated child."
    assert flag not in amal.get(f"/persons/{person}").text
    amal.send(at(person, "child/care"), status="separated", decided_by="BIA panel", note="With an aunt.")
    assert flag in amal.get(f"/persons/{person}").text
    assert str(person) in amal.get("/children-alone").text
    assert "With an aunt." not in amal.get(at(person, "child")).text
    assert "With an aunt." in shown(amal, person, "child")
    amal.send(at(person, "child/care"), status="accompanied", decided_by="BIA panel")
    assert flag not in amal.get(f"/persons/{person}").text
    assert str(person) not in amal.get("/children-alone").text


def test_what_a_form_does_not_say_is_not_guessed(signed_in: SignIn, person: UUID, sister: UUID) -> None:
    """Neither that a child is alone nor what somebody is to the person."""
    amal = signed_in("amal", Role.CASEWORKER)
    for panel, said in (
        ("child/care", {"decided_by": "BIA panel"}),
        ("child/care", {"status": "lost", "decided_by": "BIA panel"}),
        ("child/steps", {"note": "Ask the aunt."}),
        ("family/relate", {"named": "sc-0077", "note": "They came together."}),
    ):
        assert "CASE-175" in amal.send(at(person, panel), **said).text
    assert str(person) not in amal.get("/children-alone").text
    assert "No relationship is noted" in amal.get(at(person, "family")).text


def test_a_step_is_planned_and_done(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    amal.send(at(person, "child/steps"), kind="tracing", day="2026-03-02", note="Ask the school.")
    page = shown(amal, person, "child")
    assert "Ask the school." in page
    [step] = re.findall(r'action="(/persons/[^"]+/child/steps/[^"]+)"', page)
    assert "It is noted." in amal.send(step, note="An uncle was found.").text
    assert "An uncle was found." in shown(amal, person, "child")


@pytest.mark.parametrize(
    ("what", "said", "told"),
    [
        ("history", {"kind": "transit", "place": "Port Quay"}, ["Transit", "Port Quay"]),
        ("perpetrators", {"role": "recruiter", "name": "Quinto", "gender": "male"}, ["Recruiter", "Quinto", "Male"]),
    ],
)
def test_what_is_kept_apart_is_covered_revealed_and_taken_back(
    signed_in: SignIn, person: UUID, what: str, said: dict[str, str], told: list[str]
) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.send(at(person, f"{what}/apart/add"), **said).text
    covered = page.partition("<details>")[0]
    assert all(one not in covered for one in told)
    revealed = shown(amal, person, f"{what}/apart")
    assert all(one in revealed for one in told)
    [take_back] = re.findall(r'formaction="(/persons/[^"]+/take-back)"', page)
    assert "Nothing is noted." in amal.send(take_back).text


def test_a_record_out_of_reach_is_not_there(
    signed_in: SignIn, field_team: Field, person: UUID, sister: UUID, teams: Teams
) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    give_to(field_team, sister, Custody(team=str(teams.two)))
    badr = signed_in("badr", Role.SUPERVISOR, team=teams.two)
    assert {panel: badr.send(at(person, panel), **said).status_code for panel, said in FORMS.items()} == dict.fromkeys(
        FORMS, 404
    )


def test_an_auditor_and_a_form_without_its_token_do_nothing(signed_in: SignIn, person: UUID, sister: UUID) -> None:
    eve, amal = signed_in("eve", Role.AUDITOR), signed_in("amal", Role.CASEWORKER)
    for panel, said in FORMS.items():
        assert eve.send(at(person, panel), **{**said, "named": str(sister)}).status_code == 403, panel
        assert amal.client.post(at(person, panel), data=said).status_code == 403, panel


def test_who_may_not_see_what_is_kept_apart_is_not_led_to_it(signed_in: SignIn, person: UUID) -> None:
    page = signed_in("dina", Role.DATA_PROTECTION_OFFICER).get(f"/persons/{person}").text
    assert "/family" in page
    for closed in ("/child", "/history/apart", "/perpetrators/apart"):
        assert f"/persons/{person}{closed}" not in page
