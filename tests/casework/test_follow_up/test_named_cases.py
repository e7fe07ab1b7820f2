"""A follow-up goes on with the case that it names, if that lies in the custody that it was sent for; else it is kept aside.

Nobody is created, or created again, by what a phone still holds.
"""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import records
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.follow_up import withdrawn
from casework.models import Case
from core.access import Access, NotAllowed
from core.audit import Purpose
from core.database import Zone
from forms import publish_form
from tests.casework.conftest import OPERATION
from tests.casework.follow_up_forms import FOLLOW_UP, INTAKE, entity, xform_of
from tests.casework.test_follow_up.conftest import AMAL, BADR, NORTH, SOUTH, Phone

PROGRAM = Access.of_system("tester", OPERATION)
ACTIVE = {"cas_Status": "active", "interview_date": "2026-03-01"}


def state_of(phone: Phone, case: UUID) -> str:
    with phone.team.zone() as session:
        return session.get_one(Case, case).state


def give(phone: Phone, case: UUID, custody: object) -> None:
    with phone.team.zone() as session:
        person = session.get_one(Case, case).person
        records.assign_custody(session, phone.team.ring, PROGRAM, person, custody, purpose=Purpose.ASSISTANCE)  # type: ignore[arg-type]


def erase(phone: Phone, case: UUID) -> None:
    with phone.team.zone() as session:
        subject = Subject(ErasureKind.PERSON, session.get_one(Case, case).person)
        erase_record(session, phone.team.ring, OPERATION, subject, proposal=uuid4())


def persons(phone: Phone) -> int:
    with phone.team.zone() as session:
        return int(session.execute(text("SELECT count(*) FROM casework.person")).scalar_one())


def problem(phone: Phone, workbook: str, said: dict[str, str], written: str = "") -> str:
    refused = phone.admitted(workbook, said, written).problem
    assert refused
    return refused.code


def test_it_goes_on_with_the_case_that_was_chosen_and_asks_for_no_reference(north: Phone) -> None:
    case = north.screens(AMAL)
    assert north.follows(case, ACTIVE).records[1] == case
    assert state_of(north, case) == "active"


def test_two_on_the_same_version_stand_beside_each_other_and_the_later_day_tells_the_state(north: Phone) -> None:
    case = north.screens(AMAL)
    assert not north.follows(case, {"cas_Status": "closed", "interview_date": "2026-03-02"}, base_version=2).problem
    assert not north.follows(case, ACTIVE, base_version=2).problem
    assert state_of(north, case) == "closed"


def test_a_case_of_others_is_kept_aside_and_untouched(north: Phone, south: Phone) -> None:
    case = south.screens(AMAL)
    assert problem(north, FOLLOW_UP, ACTIVE, entity(case)) == "CASE-015"
    assert state_of(south, case) == "eligible"


def test_given_to_others_since_the_phone_fetched_it_is_kept_aside_until_it_is_given_back(north: Phone) -> None:
    case = north.screens(AMAL)
    give(north, case, SOUTH)
    sent = north.sends(FOLLOW_UP, ACTIVE, entity(case))
    assert north.team.admit(sent).problem
    assert north.team.quarantine()[sent][0] == "CASE-015"
    give(north, case, NORTH)
    assert not north.team.admit(sent).problem


def test_a_reference_beside_it_must_be_of_the_same_case(north: Phone) -> None:
    case = north.screens(AMAL)
    north.screens(BADR)
    with north.team.zone(Zone.COLLECTION) as session:
        both = FOLLOW_UP.replace("| | text | note ", "| | text | case_reference | Reference | | | |\n| | text | note ")
        publish_form(session, OPERATION, xform_of(both.replace("follow_up | 1", "follow_up | 2")), {})
    workbook = both.replace("follow_up | 1", "follow_up | 2")
    assert not north.admitted(workbook, {**ACTIVE, "case_reference": "sc-0001"}, entity(case)).problem
    for reference, code in (("SC-0002", "CASE-016"), ("SC-0404", "CASE-009")):
        assert problem(north, workbook, {**ACTIVE, "case_reference": reference}, entity(case)) == code


def test_where_none_was_chosen_the_reference_is_missed(north: Phone) -> None:
    assert problem(north, FOLLOW_UP, ACTIVE, entity("")) == "CASE-001"


@pytest.mark.parametrize("named", ["SC-0001", "00000000-0000-1000-8000-000000000000"])
def test_an_id_that_nobody_drew_is_no_case(north: Phone, named: str) -> None:
    assert problem(north, FOLLOW_UP, ACTIVE, entity(named)) == "CASE-016"
    assert problem(north, INTAKE, dict(AMAL), entity(named, creates=True)) == "CASE-016"
    assert persons(north) == 0


class TestACaseThatThePhoneMade:
    def test_is_known_by_the_phones_own_id(self, north: Phone) -> None:
        drawn = uuid4()
        assert north.screens(AMAL, entity(drawn, creates=True)) == drawn
        assert [row["name"] for row in north.fetches()] == [str(drawn)]

    def test_a_follow_up_that_comes_first_waits_for_it(self, north: Phone) -> None:
        drawn = uuid4()
        early = north.sends(FOLLOW_UP, ACTIVE, entity(drawn))
        refused = north.team.admit(early).problem
        assert refused
        assert refused.code == "CASE-009"
        north.screens(AMAL, entity(drawn, creates=True))
        assert state_of(north, drawn) == "active"

    def test_takes_no_other_cases_id(self, north: Phone, south: Phone) -> None:
        case = south.screens(AMAL)
        assert problem(north, INTAKE, dict(BADR), entity(case, creates=True)) == "CASE-017"
        assert persons(north) == 1


class TestAnErasedCase:
    def test_comes_back_by_no_follow_up_and_by_no_screening(self, north: Phone) -> None:
        case = north.screens(AMAL)
        erase(north, case)
        sent = north.sends(FOLLOW_UP, ACTIVE, entity(case))
        north.team.admit(sent)
        assert north.team.quarantine()[sent][0] == "CASE-014"
        assert problem(north, INTAKE, dict(AMAL), entity(case, creates=True)) == "CASE-014"
        assert persons(north) == 0

    def test_is_withdrawn_like_one_that_the_phone_is_not_offered(self, north: Phone, south: Phone) -> None:
        erased, others, mine, unheard = north.screens(AMAL), south.screens(BADR), uuid4(), uuid4()
        north.screens({**AMAL, "case_reference": "SC-0003"}, entity(mine, creates=True))
        erase(north, erased)
        offered = north.offered()
        with north.team.zone() as session:
            assert withdrawn(session, [erased, others, mine, unheard], offered) == {erased, others}

    def test_only_the_program_itself_asks_across_custodies(self, north: Phone) -> None:
        with pytest.raises(NotAllowed), north.team.database.transaction(Zone.CASEWORK, access=north.access) as session:
            withdrawn(session, [uuid4()], [])
