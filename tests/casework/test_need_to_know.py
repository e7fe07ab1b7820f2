"""Need to know: a record is shown to those whose reach covers it, and its parts to those whose role reads them."""

from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework import find_case, list_cases, read_person
from casework.errors import RecordUnknown
from casework.store.need_to_know import PART_RIGHTS
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import PERMISSIONS, Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

CUSTODY = Custody("org", "north", "team-1", "amal")
ELSEWHERE = (Grant(Role.SUPERVISOR, team="team-2"), Grant(Role.CASEWORKER, worker="badr"), Grant(Role.SUPERVISOR, "other"))


@begun
def person(field_team: Field) -> UUID:
    """Somebody in the custody of Amal, of team 1."""
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


def read(team: Field, person: UUID, grants: tuple[Grant, ...], part: RecordPart, actor: str = "amal") -> object:
    with team.database.transaction(Zone.CASEWORK, access=Access(actor, OPERATION, grants)) as session:
        return read_person(session, team.ring, person, parts=[part], purpose=Purpose.ASSISTANCE).parts[part]


@pytest.mark.parametrize(("role", "part"), list(product(Role, RecordPart)))
def test_each_part_opens_for_the_roles_that_read_it(field_team: Field, person: UUID, role: Role, part: RecordPart) -> None:
    grants = (Grant(role, organisation="org"),)
    if role in PERMISSIONS[PART_RIGHTS[part]]:
        assert read(field_team, person, grants, part)
    else:
        with pytest.raises(NotAllowed):
            read(field_team, person, grants, part)


@pytest.mark.parametrize("grant", ELSEWHERE, ids=str)
def test_out_of_reach_a_record_is_not_there_at_all(field_team: Field, person: UUID, grant: Grant) -> None:
    with pytest.raises(RecordUnknown):
        read(field_team, person, (grant,), RecordPart.FACTS)
    access = Access("badr", OPERATION, (grant, Grant(Role.SUPERVISOR, team="team-2")))
    with field_team.database.transaction(Zone.CASEWORK, access=access) as session:
        assert find_case(session, field_team.ring, OPERATION, SCREENING["case_reference"], purpose=Purpose.ASSISTANCE) is None
        assert list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE) == []


WALLED = ("person", "case", "interview", "household_member", "token", "record_key")


@pytest.mark.parametrize("table", WALLED)
@pytest.mark.parametrize("grants", [(), *((grant,) for grant in ELSEWHERE)], ids=str)
def test_the_database_shows_no_row_out_of_reach(field_team: Field, person: UUID, table: str, grants: tuple[Grant, ...]) -> None:
    with field_team.database.transaction(Zone.CASEWORK, access=Access("badr", OPERATION, grants)) as session:
        assert session.execute(text(f'SELECT * FROM casework."{table}"')).all() == []
    with field_team.database.transaction(
        Zone.CASEWORK, access=Access("amal", OPERATION, (Grant(Role.CASEWORKER, worker="amal"),))
    ) as session:
        assert session.execute(text(f'SELECT * FROM casework."{table}"')).all() != []


def test_one_role_does_not_lend_its_rights_to_the_reach_of_another(field_team: Field, person: UUID) -> None:
    """Auditor everywhere and caseworker in another team: neither reads this narrative, together they do not either."""
    with pytest.raises(NotAllowed):
        read(field_team, person, (Grant(Role.AUDITOR), Grant(Role.CASEWORKER, team="team-2")), RecordPart.NARRATIVE)


def test_a_colleague_of_the_same_team_can_be_kept_from_a_narrative(field_team: Field, person: UUID) -> None:
    grants = (Grant(Role.CASEWORKER, team="team-1"),)
    with field_team.changing() as session:
        session.execute(
            text(
                "INSERT INTO casework.kept_from (person, part, actor, operation, set_by, set_at) "
                "VALUES (:person, 'narrative', 'badr', :operation, 'amal', now())"
            ),
            {"person": person, "operation": OPERATION},
        )
    with pytest.raises(NotAllowed):
        read(field_team, person, grants, RecordPart.NARRATIVE, actor="badr")
    assert read(field_team, person, grants, RecordPart.IDENTITY, actor="badr")
    assert read(field_team, person, grants, RecordPart.NARRATIVE, actor="amal")


def test_an_unassigned_record_is_in_nobodys_reach_but_the_whole_operations(field_team: Field) -> None:
    field_team.send("screening", {**SCREENING, "case_reference": f"SC-{uuid4().hex[:6]}"})
    field_team.admit_awaiting()
    for grants, seen in (((Grant(Role.SUPERVISOR, team="team-1"),), 0), ((Grant(Role.SUPERVISOR),), 1)):
        with field_team.database.transaction(Zone.CASEWORK, access=Access("badr", OPERATION, grants)) as session:
            assert len(list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)) == seen


@pytest.mark.parametrize("custody", ["", "org", "a/b/c/%", "a/b/c/d/e"])
def test_postgresql_stores_no_custody_of_another_form(field_team: Field, person: UUID, custody: str) -> None:
    with pytest.raises(DBAPIError, match="custody"), field_team.zone() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": custody})
