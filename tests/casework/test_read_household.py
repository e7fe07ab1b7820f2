"""The household of a case is read together, each member under their own key and each part under its own right."""

import pytest
from sqlalchemy import text

from casework import CaseSummary, list_cases, read_household
from casework.errors import KeyDestroyed, RecordUnknown
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import MEMBERS, OPERATION, SCREENING, Field

WANTED = [RecordPart.IDENTITY, RecordPart.NARRATIVE]


@begun
def case(field_team: Field) -> CaseSummary:
    field_team.send("screening", SCREENING, repeats={"household_member": MEMBERS})
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0]


def read(team: Field, case: CaseSummary, access: Access | None = None) -> list[dict[RecordPart, dict[str, str]]]:
    with team.database.transaction(Zone.CASEWORK, operation=OPERATION, access=access) as session:
        household = read_household(session, team.ring, case.id, parts=WANTED, purpose=Purpose.ASSISTANCE)
    assert {*household} == {*case.members}
    return [household[member] for member in sorted(household)]


def test_each_member_is_opened_and_the_person_of_the_case_is_not_among_them(field_team: Field, case: CaseSummary) -> None:
    names = {member[RecordPart.IDENTITY]["member_name"] for member in read(field_team, case)}
    assert names == {"Idris Member", "Leila Member"}


def test_a_part_without_its_right_is_left_out(field_team: Field, case: CaseSummary) -> None:
    officer = Access("amal", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    assert [{*member} for member in read(field_team, case, officer)] == [{RecordPart.IDENTITY}] * 2
    assert read(field_team, case, Access("amal", OPERATION, (Grant(Role.AUDITOR),))) == [{}, {}]


def test_out_of_reach_the_case_is_not_there(field_team: Field, case: CaseSummary) -> None:
    with pytest.raises(RecordUnknown):
        read(field_team, case, Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),)))


def test_a_member_whose_key_was_destroyed_is_said_to_be_erased(field_team: Field, case: CaseSummary) -> None:
    with field_team.zone() as session:
        session.execute(text("DELETE FROM casework.record_key WHERE record = :member"), {"member": case.members[0]})
    with pytest.raises(KeyDestroyed, match=str(case.members[0])):
        read(field_team, case)
