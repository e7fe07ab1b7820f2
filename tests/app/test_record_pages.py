"""Records on screen: found by a form, masked until revealed, shared, kept from a colleague, opened in an emergency."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import create_engine, text

from app.web.application import create_application
from casework import list_cases
from casework.duplicates import merge_persons
from core.access import Custody
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.identity.accounts import add_account
from core.identity.grants import Reach, give_role
from core.identity.models import AccountKind, Stage, UnitKind
from core.identity.sessions import open_session
from core.identity.units import add_unit
from core.permissions import Role
from core.postgres.driver_connection import driver_connection
from core.postgres.embedded_cluster import ADMINISTRATOR
from core.settings import Settings
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414
from tests.exchanges import exchanges

NAME = SCREENING["prs_First_Name"]
FIELD = "person/identity/prs_First_Name"


@dataclass
class Browser:
    """Somebody signed in. `send` fills in the form token, as the page's own form does."""

    client: TestClient
    account: UUID

    def get(self, path: str, **given: str) -> Response:
        return self.client.get(path, params=given)

    def send(self, path: str, *, page: str = "/persons", **fields: object) -> Response:
        [token] = set(re.findall(r'name="form_token" value="(\w+)"', self.client.get(page).text))
        return self.client.post(path, data={"form_token": token, **fields})


SignIn = Callable[..., Browser]


@dataclass(frozen=True)
class Teams:
    """Two teams of one organisation, and another organisation."""

    one: UUID
    two: UUID
    partner: UUID


@begun
def teams(field_team: Field) -> Teams:
    with field_team.database.transaction(Zone.IDENTITY, actor="administrator") as session:
        ours = add_unit(session, UnitKind.ORGANISATION, "Ours")
        one, two = (add_unit(session, UnitKind.TEAM, name, parent=ours) for name in ("One", "Two"))
        return Teams(one, two, add_unit(session, UnitKind.ORGANISATION, "Partner"))


@pytest.fixture
def signed_in(field_team: Field) -> SignIn:
    """Signs somebody in who holds a role in a team (in the whole operation where none is named)."""
    database, ring = field_team.database, field_team.ring
    application = create_application(database, ring, Settings(), lambda _operation, _submission: None)

    def sign_in(name: str, role: Role, **reach: UUID) -> Browser:
        with database.transaction(Zone.IDENTITY, actor="administrator") as session:
            account = add_account(session, ring, name, f"{name} Example", kind=AccountKind.PERSON)
            give_role(session, account, role, OPERATION, Reach(**reach))
            token = open_session(session, account, Stage.SIGNED_IN, "a test")
        client = TestClient(application, base_url="http://localhost", cookies={"waystation": token})
        return Browser(client, account)

    return sign_in


@begun
def person(field_team: Field) -> UUID:
    """Somebody in the custody of nobody yet: in reach of those who work in the whole operation."""
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


def give_to(team: Field, person: UUID, custody: Custody) -> None:
    with team.changing() as session:
        session.execute(
            text("UPDATE casework.person SET custody = :custody WHERE id = :id"), {"custody": str(custody), "id": person}
        )


def test_a_person_is_found_by_reference_and_nothing_of_it_is_in_an_address(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.send("/persons", case_reference=SCREENING["case_reference"], purpose="assistance")
    assert page.status_code == 200
    assert str(page.url) == f"http://localhost/persons/{person}?purpose=assistance"
    assert page.headers["Cache-Control"] == "no-store"


def test_by_telephone_too_and_an_unknown_one_finds_nobody(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    assert str(person) in str(amal.send("/persons", phone="00252 615550199", purpose="assistance").url)
    assert "No record in your reach fits" in amal.send("/persons", phone="1", purpose="assistance").text


def test_the_record_is_masked_and_its_labels_are_those_of_the_form(signed_in: SignIn, person: UUID) -> None:
    page = signed_in("amal", Role.CASEWORKER).get(f"/persons/{person}").text
    assert "First name" in page
    for answer in (NAME, SCREENING["prs_MobilePhone"], SCREENING["interviewer_notes"], ASSISTANCE["experience_narrative"]):
        assert answer not in page


def test_a_field_is_revealed_and_others_stay_masked(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.send(f"/persons/{person}", reveal=FIELD, purpose="assistance").text
    assert NAME in page
    assert SCREENING["prs_Second_Name"] not in page
    both = amal.send(f"/persons/{person}", shown=FIELD, reveal="person/identity/prs_Second_Name", purpose="assistance").text
    assert NAME in both
    assert SCREENING["prs_Second_Name"] in both


def test_the_page_waits_for_the_database_no_oftener_than_it_must(
    signed_in: SignIn, field_team: Field, person: UUID, teams: Teams, tmp_path: Path
) -> None:
    """Who asks, the record with all around it, the units: a transaction each. What is known not to stand is not asked for."""
    amal = signed_in("amal", Role.CASEWORKER)
    for _ in range(6):  # a statement is prepared, in an exchange more, when it is run the fifth time
        amal.get(f"/persons/{person}")
        with field_team.zone() as session:
            pooled = driver_connection(session)
    with exchanges(pooled, tmp_path) as counted:
        assert amal.get(f"/persons/{person}").status_code == 200
    assert counted() == 24


def test_a_page_of_which_a_part_does_not_open_is_refused_as_a_whole(signed_in: SignIn, field_team: Field, person: UUID) -> None:
    """The record itself opens; nothing of it is shown, and the log does not say that it was."""
    amal = signed_in("amal", Role.CASEWORKER)
    owner = create_engine(field_team.database.engine.url.set(username=ADMINISTRATOR))
    with owner.begin() as connection:
        damage = "UPDATE casework.consent SET details = '\\x01' WHERE person = :id"
        assert connection.execute(text(damage), {"id": person}).rowcount
    owner.dispose()
    page = amal.get(f"/persons/{person}")
    assert "CORE-110" in page.text
    assert "First name" not in page.text
    with field_team.database.transaction(Zone.AUDIT) as session:
        assert not [line for line in audited_entries(session, action=Action.READ) if line.actor == str(amal.account)]


def test_what_another_record_of_the_person_says_is_beside_it_and_as_covered(
    signed_in: SignIn, field_team: Field, person: UUID
) -> None:
    other = {**SCREENING, "case_reference": "SC-0099", "prs_First_Name": "Amaal"}
    merged = field_team.admit(field_team.send("screening", other)).records[0]
    with field_team.zone() as session:
        merge_persons(session, field_team.ring, person, merged, purpose=Purpose.ASSISTANCE)
    amal = signed_in("amal", Role.CASEWORKER)
    page = amal.get(f"/persons/{merged}").text
    assert page.count("Another record of this person says otherwise") == 2  # the name and the case reference
    assert "Amaal" not in page
    page = amal.send(f"/persons/{merged}", reveal=FIELD, purpose="assistance").text
    assert NAME in page
    assert "Another record of this person says: <bdi>Amaal</bdi>" in page
    assert f'in the linked record <a href="/persons/{person}' in page  # what was said about consent there


def test_a_form_without_its_token_reveals_nothing(signed_in: SignIn, person: UUID) -> None:
    amal = signed_in("amal", Role.CASEWORKER)
    answer = amal.client.post(f"/persons/{person}", data={"reveal": FIELD})
    assert answer.status_code == 403
    assert NAME not in answer.text


def test_nobody_signed_in_is_sent_to_sign_in(signed_in: SignIn, person: UUID) -> None:
    stranger = signed_in("amal", Role.CASEWORKER).client
    stranger.cookies.clear()
    answer = stranger.get(f"/persons/{person}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CASEWORKER, Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER}))
def test_who_may_not_find_persons_is_denied_and_the_denial_is_told(
    signed_in: SignIn, field_team: Field, person: UUID, role: Role
) -> None:
    browser = signed_in("eve", role)
    answer = browser.send("/persons", case_reference=SCREENING["case_reference"])
    assert answer.status_code == 403
    assert str(person) not in answer.text
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.DENIED)
    assert (line.actor, line.detail) == (str(browser.account), {"right": "find_person"})


def test_a_record_out_of_reach_is_not_there_whoever_asks_by_its_id(
    signed_in: SignIn, field_team: Field, person: UUID, teams: Teams
) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    badr = signed_in("badr", Role.CASEWORKER, team=teams.two)
    nobody = "00000000-0000-4000-8000-000000000000"
    there, nowhere = badr.get(f"/persons/{person}"), badr.get(f"/persons/{nobody}")
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace(str(person), "ID") == nowhere.text.replace(nobody, "ID")


def test_broken_glass_opens_the_record_says_until_when_and_is_reviewed_by_another(
    signed_in: SignIn, field_team: Field, person: UUID, teams: Teams
) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    badr, carla = signed_in("badr", Role.CASEWORKER, team=teams.two), signed_in("carla", Role.SUPERVISOR, team=teams.one)
    why = "She came in at night and her worker is away."
    case = {"case_reference": SCREENING["case_reference"], "part": ["identity"], "reason": why}
    page = badr.send("/broken-glass", page="/broken-glass", **case)
    assert page.status_code == 200
    assert "This record is open to you until" in page.text
    assert NAME in badr.send(f"/persons/{person}", reveal=FIELD).text
    review = carla.get("/broken-glass/review").text
    assert why in review
    [opening] = re.findall(r'action="/broken-glass/review/([0-9a-f-]+)"', review)
    carla.send(f"/broken-glass/review/{opening}", justified="no")
    assert "Nothing waits" in carla.get("/broken-glass/review").text
    assert badr.get(f"/persons/{person}").status_code == 404


def test_broken_glass_without_a_reason_opens_nothing(signed_in: SignIn, field_team: Field, person: UUID, teams: Teams) -> None:
    give_to(field_team, person, Custody(team=str(teams.one)))
    badr = signed_in("badr", Role.CASEWORKER, team=teams.two)
    case = {"case_reference": SCREENING["case_reference"], "part": ["identity"], "reason": "urgent"}
    assert "CASE-033" in badr.send("/broken-glass", page="/broken-glass", **case).text
    assert badr.get(f"/persons/{person}").status_code == 404


def test_a_shared_record_shows_the_partner_the_parts_that_were_agreed(signed_in: SignIn, person: UUID, teams: Teams) -> None:
    amal, dora = signed_in("amal", Role.CASEWORKER), signed_in("dora", Role.PARTNER, organisation=teams.partner)
    why = {"reason": "Referred for medical care today.", "days": "7"}
    assert dora.get(f"/persons/{person}").status_code == 404
    amal.send(f"/persons/{person}/share", page=f"/persons/{person}", account="dora", part=["identity"], **why)
    page = dora.send(f"/persons/{person}", page=f"/persons/{person}", reveal=FIELD).text
    assert NAME in page
    assert "Closed to you" in page


def test_a_colleague_is_kept_from_the_narrative(signed_in: SignIn, person: UUID) -> None:
    amal, badr = signed_in("amal", Role.CASEWORKER), signed_in("badr", Role.CASEWORKER)
    told = "person/narrative/interviewer_notes"
    assert SCREENING["interviewer_notes"] in badr.send(f"/persons/{person}", reveal=told).text
    amal.send(f"/persons/{person}/keep-from", page=f"/persons/{person}", account="badr", part="narrative")
    assert amal.send(f"/persons/{person}/keep-from", account="badr", part="no part").status_code == 422
    assert "Closed to you" in badr.get(f"/persons/{person}").text
    assert badr.send(f"/persons/{person}", reveal=told).status_code == 403


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_pages_speak_three_languages(signed_in: SignIn, person: UUID, language: str, direction: str) -> None:
    amal = signed_in("amal", Role.SUPERVISOR)
    for path in ("/persons", f"/persons/{person}", "/broken-glass", "/broken-glass/review"):
        page = amal.get(path, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text


def test_a_problem_is_told_in_the_readers_language_and_the_page_keeps_its_navigation(signed_in: SignIn, person: UUID) -> None:
    assert person
    amal = signed_in("amal", Role.CASEWORKER)
    unknown = f"/persons/{UUID(int=0)}"
    for language, said in (("en", "There is no person"), ("fr", "Il n&#39;y a rien de tel"), ("ar", "لا يوجد شيء كهذا")):
        page = amal.get(unknown, lang=language)
        assert page.status_code == 404
        assert said in page.text
        assert 'href="/persons"' in page.text
        assert 'action="/sign-out"' in page.text


def test_a_wrong_id_in_an_address_is_not_repeated(signed_in: SignIn) -> None:
    page = signed_in("amal", Role.CASEWORKER).get("/persons/Quintessa-Canary")
    assert page.status_code == 404
    assert "Quintessa" not in page.text
