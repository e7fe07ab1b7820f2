"""Pairs on screen: masked side by side, with what agrees told beside them; found different, merged, and parted again."""

import re
from uuid import UUID

import pytest

from core.access import Custody
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from tests.app.test_record_pages import SignIn, Teams, give_to
from tests.app.test_record_pages import signed_in as signed_in  # noqa: PLC0414  (a fixture)
from tests.app.test_record_pages import teams as teams  # noqa: PLC0414
from tests.beginning import begun
from tests.casework.conftest import SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

ONE = {**SCREENING, "prs_Second_Name": "Warsame", "prs_Citizenship": "SOM"}
OTHER = {**ONE, "case_reference": "SC-0013", "prs_First_Name": "Amaal", "interviewer_notes": "Seen again at the river."}
FIRST, SECOND = "identity/prs_First_Name", "identity/prs_Second_Name"
DENIED = sorted(set(Role) - {Role.SUPERVISOR})


@begun
def two(field_team: Field) -> tuple[UUID, UUID]:
    """One person, written down twice under names that are spelt differently."""
    one, other = (field_team.admit(field_team.send("screening", said)).records[0] for said in (ONE, OTHER))
    return one, other


def the_pair(page: str) -> str:
    [pair] = set(re.findall(r'href="(/duplicates/[0-9a-f-]{36})\?', page))
    return str(pair)


def question(page: str, address: str) -> str:
    """The block of one question."""
    return next(block for block in page.split('<div class="question"') if f'value="{address}"' in block)


def test_a_pair_is_listed_and_compared_without_an_answer_on_the_page(signed_in: SignIn, two: tuple[UUID, UUID]) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    page = sara.get(the_pair(sara.get("/duplicates").text)).text
    for answer in ("Amal", "Amaal", "Warsame", ONE["prs_MobilePhone"], ONE["interviewer_notes"], OTHER["interviewer_notes"]):
        assert answer not in page
    assert all(str(person) in page for person in two)
    assert ">similar<" in question(page, FIRST)
    assert ">same<" in question(page, SECOND)


@pytest.mark.usefixtures("two")
def test_a_question_is_revealed_on_both_sides_for_a_purpose_and_it_is_noted(signed_in: SignIn, field_team: Field) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    page = sara.send(pair, reveal=FIRST, purpose="verification").text
    assert "<bdi>Amal</bdi>" in page
    assert "<bdi>Amaal</bdi>" in page
    assert "Warsame" not in page
    more = sara.send(pair, shown=FIRST, reveal=SECOND, purpose="verification", survivor="1", **{"choice:prs_First_Name": "0"})
    assert "<bdi>Amal</bdi>" in more.text
    assert "Warsame" in more.text
    assert 'name="survivor" value="1" checked' in more.text
    assert 'name="choice:prs_First_Name" value="0" checked' in more.text
    with field_team.database.transaction(Zone.AUDIT) as session:
        lines = [line for line in audited_entries(session, action=Action.READ) if "revealed" in line.detail]
    assert {(line.purpose, str(line.detail["revealed"])) for line in lines[-2:]} <= {
        ("verification", str([f"person/{FIRST}", f"person/{SECOND}"])),
        ("verification", str([f"person/{FIRST}"])),
    }
    assert len(lines) == 4  # two records, twice


@pytest.mark.usefixtures("two")
def test_found_different_the_pair_is_gone(signed_in: SignIn) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    page = sara.send(f"{pair}/different")
    assert "these are two persons" in page.text
    assert "No pair waits for you" in page.text
    assert sara.get(pair).status_code == 404


@pytest.mark.parametrize(("survivor", "chosen", "shown"), [("0", "1", 1), ("0", "0", 0), ("1", "0", 0), ("1", "", 1)])
def test_merged_the_chosen_answer_is_shown_first_and_undone_each_has_its_own(
    signed_in: SignIn, two: tuple[UUID, UUID], survivor: str, chosen: str, shown: int
) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    persons = re.findall(r'name="person[01]" value="([0-9a-f-]{36})"', sara.get(pair).text)
    names = ["Amal" if UUID(person) == two[0] else "Amaal" for person in persons]
    sent = {"person0": persons[0], "person1": persons[1], "survivor": survivor, "choice:prs_First_Name": chosen}
    page = sara.send(f"{pair}/merge", purpose="verification", **sent)
    assert "The two records are merged" in page.text
    person = persons[int(survivor)]
    assert f"<bdi>{names[shown]}</bdi>" in sara.send(f"/persons/{person}", reveal=f"person/{FIRST}").text
    [undo] = re.findall(r'action="(/persons/[^"]+/part/[^"]+)"', page.text)
    page = sara.send(undo, page=f"/persons/{person}")
    assert "The merge is undone" in page.text
    assert "/part/" not in page.text
    for one, name in zip(persons, names, strict=True):
        assert f"<bdi>{name}</bdi>" in sara.send(f"/persons/{one}", reveal=f"person/{FIRST}").text


@pytest.mark.usefixtures("two")
def test_a_survivor_that_is_not_of_the_pair_merges_nothing(signed_in: SignIn) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    for wrong in ("00000000-0000-4000-8000-000000000000", "nobody"):
        assert sara.send(f"{pair}/merge", person0=wrong, person1=wrong, survivor="0").status_code == 404
    assert the_pair(sara.get("/duplicates").text) == pair


@pytest.mark.parametrize("role", DENIED)
def test_who_resolves_no_duplicates_is_denied(signed_in: SignIn, two: tuple[UUID, UUID], role: Role) -> None:
    pair = the_pair(signed_in("sara", Role.SUPERVISOR).get("/duplicates").text)
    eve = signed_in("eve", role)
    fields = {"person0": str(two[0]), "survivor": "0", "reveal": FIRST}
    sent = [eve.send(f"{pair}{deed}", page="/account", **fields) for deed in ("", "/different", "/merge")]
    answers = [eve.get("/duplicates"), eve.get(pair), *sent]
    assert {answer.status_code for answer in answers} <= {403, 404}
    assert 'href="/duplicates"' not in eve.get("/account").text
    assert the_pair(signed_in("tess", Role.SUPERVISOR).get("/duplicates").text) == pair


def test_a_pair_across_teams_is_there_for_nobody_but_who_covers_both_and_they_see_how_many(
    signed_in: SignIn, field_team: Field, two: tuple[UUID, UUID], teams: Teams
) -> None:
    for person, team in zip(two, (teams.one, teams.two), strict=True):
        give_to(field_team, person, Custody(team=str(team)))
    whole, one = signed_in("sara", Role.SUPERVISOR), signed_in("omar", Role.SUPERVISOR, team=teams.one)
    page = whole.get("/duplicates").text
    assert "two different teams: <strong>1</strong>" in page
    pair, nowhere = the_pair(page), "/duplicates/00000000-0000-4000-8000-000000000000"
    assert "No pair waits for you" in one.get("/duplicates").text
    assert "two different teams" not in one.get("/duplicates").text
    assert one.get(pair).status_code == one.get(nowhere).status_code == 404
    for deed in ("/different", "/merge"):
        assert one.send(f"{pair}{deed}", person0=str(two[0]), survivor="0").status_code == 404
    assert whole.get(pair).status_code == 200


@pytest.mark.usefixtures("two")
def test_a_form_without_its_token_changes_and_reveals_nothing(signed_in: SignIn) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    for deed in ("", "/different", "/merge"):
        answer = sara.client.post(f"{pair}{deed}", data={"reveal": FIRST, "survivor": "0"})
        assert answer.status_code == 403
        assert "Amal" not in answer.text
    assert the_pair(sara.get("/duplicates").text) == pair


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_pages_speak_three_languages(signed_in: SignIn, language: str, direction: str) -> None:
    sara = signed_in("sara", Role.SUPERVISOR)
    pair = the_pair(sara.get("/duplicates").text)
    for path in ("/duplicates", pair):
        page = sara.get(path, lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}" dir="{direction}">' in page.text
