"""A person is found by full name and year of birth together, and the store keeps one token for it."""

import pytest
from sqlalchemy import text

from casework.names.name_tokens import name_tokens, own_name_token
from core.keys.keyring import KeyRing
from tests.casework.conftest import MEMBERS, OPERATION, SCREENING, Field

BORN = {**SCREENING, "prs_Birthdate": "1998-05-02", "interview_date": "2026-02-01"}


def token(ring: KeyRing, given: str, family: str, year: int | None = 1998, operation: str = "A") -> bytes | None:
    return own_name_token(ring, operation, given, family, year)


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Mohamed", "Hassan"),
        ("محمد", "حسن"),
        ("Maxamed Cali", "Xasan"),
        ("Мухаммед", "Хасан"),
        ("Hassan", "Mohamed"),
        ("Mohamed Ali", "bin Omar al-Hassan"),
    ],
)
def test_spelling_order_middle_names_and_particles_do_not_count(ring: KeyRing, given: str, family: str) -> None:
    assert token(ring, given, family) == token(ring, "Mohammed", "Hasan")


def test_another_year_name_or_operation_gives_another_token(ring: KeyRing) -> None:
    own = token(ring, "Amal", "Hassan")
    assert own not in {
        token(ring, "Amal", "Hassan", 1999),
        token(ring, "Amal", "Omar"),
        token(ring, "Amal", "Hassan", operation="B"),
    }


@pytest.mark.parametrize(("given", "family", "year"), [("Amal", "Hassan", None), ("Amal", "", 1998), ("77", "Hassan", 1998)])
def test_without_year_or_one_of_the_names_there_is_no_token(ring: KeyRing, given: str, family: str, year: int | None) -> None:
    assert name_tokens(ring, "A", given, family, year) == []
    assert token(ring, given, family, year) is None


def test_three_years_are_asked_for_and_one_is_stored(ring: KeyRing) -> None:
    asked = name_tokens(ring, "A", "Amal", "Hassan", 1998)
    assert asked == [token(ring, "Amal", "Hassan", year) for year in (1998, 1997, 1999)]


def stored(field: Field) -> set[bytes]:
    with field.zone() as session:
        return set(session.scalars(text("SELECT token FROM casework.token WHERE kind = 'name'")))


def test_admission_stores_one_token_for_the_person_and_one_for_each_member(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", BORN, repeats={"household_member": MEMBERS}))
    names = [("Amal", "Interviewed", 1998), ("Idris", "Member", 2026 - 9), ("Leila", "Member", 2026 - 31)]
    assert stored(field_team) == {token(field_team.ring, *name, operation=OPERATION) for name in names}


def test_an_edit_corrects_tokens_and_takes_those_of_former_members_away(field_team: Field) -> None:
    first = "8d2a6f0e-5b39-4d7e-9a52-0f1c52a7a001"
    field_team.admit(field_team.send("screening", BORN, repeats={"household_member": MEMBERS}, instance=first))
    field_team.admit(field_team.send("screening", {**BORN, "prs_First_Name": "Amina"}, edits=first))
    assert stored(field_team) == {token(field_team.ring, "Amina", "Interviewed", operation=OPERATION)}


def test_an_unknown_year_of_birth_leaves_no_token(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", SCREENING))
    assert stored(field_team) == set()
