"""Free search: who may, how often, within which reach, and what the log keeps of it."""

import sys
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from casework.errors import SearchDown, SearchedTooOften, SearchNeedsName
from casework.search import NameIndex, read_all_names, search_freely
from casework.search.name_index import FreeQuestion
from casework.search.open_identities import FoundPerson
from casework.search.search_freely import AT_ONCE
from casework.search.search_wire import ask_worker
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose, audited_entries
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))


@begun
def person(field_team: Field) -> UUID:
    person, *_ = field_team.admit(field_team.send("screening", SCREENING)).records
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = 'org/north/team-1/amal'"))
    return person


def search(field: Field, access: Access, name: str = "Amaal") -> list[FoundPerson]:
    with field.zone() as session:
        held = NameIndex(read_all_names(session, field.ring, OPERATION))
    with field.database.transaction(Zone.CASEWORK, access=access) as session:
        return search_freely(session, field.ring, OPERATION, name, held.search, purpose=Purpose.PROTECTION)


def test_a_name_alone_finds_the_person_with_their_year_of_birth_unknown(field_team: Field, person: UUID) -> None:
    (found,) = search(field_team, WORKER, "أمل")
    assert (found.id, found.name, found.birth_year) == (person, "Amal Interviewed", None)


@pytest.mark.parametrize("role", Role)
def test_it_needs_a_right_of_its_own(field_team: Field, person: UUID, role: Role) -> None:
    access = Access("someone", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.SEARCH_FREELY]:
        assert [one.id for one in search(field_team, access)] == [person]
    else:
        with pytest.raises(NotAllowed):
            search(field_team, access)


def test_out_of_reach_nobody_is_found(field_team: Field, person: UUID) -> None:
    assert search(field_team, Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))) == []


def test_a_role_without_the_right_lends_it_no_reach(field_team: Field, person: UUID) -> None:
    """An officer of the whole operation who is a caseworker of team 2 searches in team 2."""
    grants = (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.CASEWORKER, team="team-2"))
    assert search(field_team, Access("badr", OPERATION, grants)) == []


def test_what_a_worker_answers_is_read_again_behind_the_walls(field_team: Field, person: UUID) -> None:
    """Even a worker that answers with everybody shows nobody out of reach."""

    def careless(_: FreeQuestion) -> list[tuple[UUID, float]]:
        return [(person, 1.0)]

    access = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with field_team.database.transaction(Zone.CASEWORK, access=access) as session:
        assert search_freely(session, field_team.ring, OPERATION, "Amal", careless, purpose=Purpose.PROTECTION) == []


def test_an_account_may_search_so_often_and_no_more(field_team: Field, person: UUID) -> None:
    for _ in range(AT_ONCE):
        search(field_team, WORKER)
    with pytest.raises(SearchedTooOften):
        search(field_team, WORKER)
    with field_team.zone(Zone.AUDIT) as session:
        assert audited_entries(session)[0].action == "denied"
    assert search(field_team, Access("hana", OPERATION, WORKER.grants)), "another account has searches of its own"


def test_the_searches_come_back_with_time(field_team: Field, person: UUID) -> None:
    search(field_team, WORKER)
    with field_team.database.transaction(Zone.CASEWORK, access=WORKER) as session:
        session.execute(text("UPDATE casework.search_allowance SET searches = 0, at = now() - interval '31 seconds'"))
    assert search(field_team, WORKER)
    with pytest.raises(SearchedTooOften):
        search(field_team, WORKER)


def test_nobody_changes_the_allowance_of_another(field_team: Field, person: UUID) -> None:
    search(field_team, WORKER)
    with field_team.database.transaction(Zone.CASEWORK, access=Access("badr", OPERATION)) as session:
        assert session.scalars(text("SELECT actor FROM casework.search_allowance")).all() == []


def test_the_names_are_read_some_at_a_time_and_all_of_them(field_team: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["casework.search.read_names"], "AT_ONCE", 2)  # the face shows a function of this name
    members = [{"member_name": f"Idris {name}", "member_gender": "male", "member_age": "9"} for name in ("A", "B", "C", "D")]
    field_team.admit(field_team.send("screening", SCREENING, repeats={"household_member": members}))
    with field_team.zone() as session:
        assert len(list(read_all_names(session, field_team.ring, OPERATION))) == 5


@pytest.mark.parametrize("name", ["", " ", "5", "a"])
def test_a_search_needs_a_name(field_team: Field, name: str) -> None:
    with pytest.raises(SearchNeedsName):
        search(field_team, WORKER, name)


def test_without_its_worker_the_search_says_so(tmp_path: Path) -> None:
    ask = ask_worker(tmp_path / "nobody.sock", OPERATION)
    with pytest.raises(SearchDown):
        ask(FreeQuestion("Amal", ()))


def test_the_log_says_how_many_and_not_what(field_team: Field, person: UUID) -> None:
    search(field_team, WORKER)
    with field_team.zone(Zone.AUDIT) as session:
        line = audited_entries(session)[0]
    assert (line.action, line.count, line.purpose, line.detail) == ("searched", 1, "protection", {"by": "free search"})
