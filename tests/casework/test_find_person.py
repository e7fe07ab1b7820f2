"""Finding a person exactly: in reach, with the right, and with a line in the log that does not say what was asked."""

from uuid import UUID

import pytest
from sqlalchemy import event, text

from casework import find_case, find_persons
from casework.search import find_named
from casework.search.open_identities import FoundPerson
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose, audited_entries
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

SYSTEM = Access.of_system("tester", OPERATION)
WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
ELSEWHERE = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))


def admit(field: Field, given: str, family: str, born: str, reference: str) -> UUID:
    said = {"prs_First_Name": given, "prs_Second_Name": family, "prs_Birthdate": born, "case_reference": reference}
    person, *_ = field.admit(field.send("screening", {**SCREENING, **said})).records
    with field.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = 'org/north/team-1/amal'"))
    return person


@begun
def person(field_team: Field) -> UUID:
    return admit(field_team, "محمد", "حسن", "1998-05-02", "SC-1")


def named(field: Field, access: Access, given: str, family: str, year: int) -> list[FoundPerson]:
    with field.database.transaction(Zone.CASEWORK, access=access) as session:
        return find_named(
            session, field.ring, OPERATION, given=given, family=family, birth_year=year, purpose=Purpose.ASSISTANCE
        )


@pytest.mark.parametrize("year", [1997, 1998, 1999])
def test_a_name_in_another_script_and_a_year_beside_it_find_the_person(field_team: Field, person: UUID, year: int) -> None:
    (found,) = named(field_team, WORKER, "Mohamed", "Hassan", year)
    assert (found.id, found.name, found.birth_year) == (person, "محمد حسن", 1998)


@pytest.mark.parametrize(("given", "year"), [("Mohamed", 1996), ("Omar", 1998)])
def test_another_name_or_a_farther_year_finds_nobody(field_team: Field, person: UUID, given: str, year: int) -> None:
    assert named(field_team, WORKER, given, "Hassan", year) == []


def test_the_likest_come_first(field_team: Field, person: UUID) -> None:
    other = admit(field_team, "Maxamuud", "Husseyn", "1998-01-01", "SC-2")
    third = admit(field_team, "Mohamed", "Hassan", "1999-01-01", "SC-3")
    found = [one.id for one in named(field_team, WORKER, "Mohamed", "Hassan", 1999)]
    assert found[0] == third
    assert set(found) == {third, other, person}


def test_several_are_found_with_as_many_questions_to_the_database_as_one(field_team: Field, person: UUID) -> None:
    asked: list[str] = []
    event.listen(field_team.database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    named(field_team, WORKER, "Mohamed", "Hassan", 1998)
    for_one = asked.copy()
    for number in range(3):
        admit(field_team, "Mohamed", "Hassan", "1998-01-01", f"SC-2{number}")
    asked.clear()
    assert len(named(field_team, WORKER, "Mohamed", "Hassan", 1998)) == 4
    assert asked == for_one


def test_out_of_reach_nobody_is_found_by_name_telephone_or_reference(field_team: Field, person: UUID) -> None:
    assert named(field_team, ELSEWHERE, "Mohamed", "Hassan", 1998) == []
    with field_team.database.transaction(Zone.CASEWORK, access=ELSEWHERE) as session:
        phone = SCREENING["prs_MobilePhone"]
        assert find_persons(session, field_team.ring, OPERATION, phone, purpose=Purpose.ASSISTANCE) == []
        assert find_case(session, field_team.ring, OPERATION, "SC-1", purpose=Purpose.ASSISTANCE) is None


def test_who_is_kept_from_an_identity_is_not_told_that_the_name_agrees(field_team: Field, person: UUID) -> None:
    with field_team.changing() as session:
        session.execute(
            text("INSERT INTO casework.kept_from VALUES (:person, 'identity', 'amal', :operation, 'tester', now())"),
            {"person": person, "operation": OPERATION},
        )
    assert named(field_team, WORKER, "Mohamed", "Hassan", 1998) == []


@pytest.mark.parametrize("role", Role)
def test_each_way_needs_the_right_to_find(field_team: Field, person: UUID, role: Role) -> None:
    access = Access("someone", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.FIND_PERSON]:
        assert [one.id for one in named(field_team, access, "Mohamed", "Hassan", 1998)] == [person]
    else:
        with pytest.raises(NotAllowed):
            named(field_team, access, "Mohamed", "Hassan", 1998)


def test_the_log_says_how_many_were_found_and_not_what_was_asked(field_team: Field, person: UUID) -> None:
    named(field_team, WORKER, "Mohamed", "Hassan", 1998)
    with field_team.zone(Zone.AUDIT) as session:
        line = audited_entries(session)[0]
    assert (line.action, line.actor, line.count, line.purpose, line.detail) == (
        "searched",
        "amal",
        1,
        "assistance",
        {"by": "name"},
    )


def test_a_finding_does_not_print_itself(field_team: Field, person: UUID) -> None:
    assert "حسن" not in repr(named(field_team, WORKER, "Mohamed", "Hassan", 1998))
