"""A record on a screen: masked by default, revealed field by field for a purpose, and each reveal is told."""

from uuid import UUID

import pytest
from sqlalchemy import text

from casework import list_cases
from casework.records.view_record import RecordView, ViewedField, view_record
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field

CUSTODY = Custody("org", "north", "team-1", "amal")
WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-1"),))
OFFICER = Access("olga", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
FIRST_NAME = "person/identity/prs_First_Name"


@begun
def person(field_team: Field) -> UUID:
    field_team.send("screening", SCREENING, repeats={"household_member": MEMBERS})
    field_team.send("assistance", ASSISTANCE)
    field_team.admit_awaiting()
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


def view(team: Field, person: UUID, *revealed: str, who: Access = WORKER) -> RecordView:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        return view_record(session, team.ring, person, revealed=revealed, purpose=Purpose.ASSISTANCE)


def fields(record: RecordView) -> dict[str, ViewedField]:
    return {one.address: one for source in record.sources for part in source.parts for one in part.fields}


def test_every_field_is_masked_until_it_is_asked_for(field_team: Field, person: UUID) -> None:
    seen = fields(view(field_team, person))
    assert FIRST_NAME in seen
    assert {one.value for one in seen.values()} == {None}


def test_one_field_is_revealed_and_the_log_names_it(field_team: Field, person: UUID) -> None:
    seen = fields(view(field_team, person, FIRST_NAME))
    assert seen.pop(FIRST_NAME).value == SCREENING["prs_First_Name"]
    assert {one.value for one in seen.values()} == {None}
    with field_team.database.transaction(Zone.AUDIT) as session:
        line = audited_entries(session, action=Action.READ)[0]
    assert (line.actor, line.purpose, line.detail) == ("amal", "assistance", {"revealed": [FIRST_NAME]})


def test_the_interviews_are_sources_of_their_own(field_team: Field, person: UUID) -> None:
    record = view(field_team, person)
    assert [source.source for source in record.sources] == ["person", "assistance"]
    [told] = [address for address in fields(record) if address.endswith("narrative/experience_narrative")]
    assert fields(view(field_team, person, told))[told].value == ASSISTANCE["experience_narrative"]


def test_a_closed_part_shows_that_it_is_closed_and_nothing_of_it(field_team: Field, person: UUID) -> None:
    record = view(field_team, person, who=OFFICER)
    closed = [part for source in record.sources for part in source.parts if not part.readable]
    assert {part.part for part in closed} == {RecordPart.NARRATIVE}
    assert not any(part.fields for part in closed)
    with pytest.raises(NotAllowed):
        view(field_team, person, "person/narrative/interviewer_notes", who=OFFICER)


@pytest.mark.parametrize("address", ["", "/", "person", "person/nothing/x", "../identity", "person/identity/none"])
def test_an_address_that_leads_nowhere_reveals_nothing(field_team: Field, person: UUID, address: str) -> None:
    assert {one.value for one in fields(view(field_team, person, address)).values()} == {None}


def test_no_value_shows_where_the_view_is_printed(field_team: Field, person: UUID) -> None:
    assert SCREENING["prs_First_Name"] not in repr(view(field_team, person, FIRST_NAME))
