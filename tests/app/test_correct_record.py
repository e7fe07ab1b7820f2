"""A correction by an account, and what it makes of the pairs that may be one person."""

from uuid import UUID

import pytest

from app.records.correct_record import correct_and_compare
from casework.duplicates import list_pairs
from casework.models import Person
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

WORKER = Access("worker", OPERATION, (Grant(Role.CASEWORKER),))
RIGHT = {"prs_Second_Name": "Warsame", "prs_Birthdate": "1990-04-23", "prs_MobilePhone": ""}


@begun
def two(field_team: Field) -> tuple[UUID, UUID]:
    """One person, whose name was written down wrongly the second time."""
    right = {**SCREENING, **RIGHT}
    wrong = {**right, "case_reference": "SC-0013", "prs_First_Name": "Zeynab", "prs_Second_Name": "Osman"}
    one, other = (field_team.admit(field_team.send("screening", said)).records[0] for said in (right, wrong))
    return one, other


def correct(team: Field, person: UUID, access: Access = WORKER, **answers: str) -> None:
    with team.zone() as session:
        version = session.get_one(Person, person).row_version
    correct_and_compare(
        team.database,
        team.ring,
        access,
        person,
        part=RecordPart.IDENTITY,
        answers=answers,
        seen_version=version,
        reason="She showed her papers.",
        purpose=Purpose.ASSISTANCE,
    )


def open_pairs(team: Field) -> list[set[UUID]]:
    with team.zone() as session:
        return [set(pair.persons) for pair in list_pairs(session, purpose=Purpose.ASSISTANCE).rows]


def test_corrected_to_be_alike_the_pair_is_proposed_and_taken_back(field_team: Field, two: tuple[UUID, UUID]) -> None:
    assert open_pairs(field_team) == []
    correct(field_team, two[1], prs_First_Name="Amal", prs_Second_Name="Warsame")
    assert open_pairs(field_team) == [set(two)]
    correct(field_team, two[1], prs_First_Name="Zeynab", prs_Second_Name="Osman")
    assert open_pairs(field_team) == []


def test_who_may_not_correct_makes_no_pair(field_team: Field, two: tuple[UUID, UUID]) -> None:
    with pytest.raises(NotAllowed):
        correct(field_team, two[1], Access("eve", OPERATION, (Grant(Role.AUDITOR),)), prs_First_Name="Amal")
    assert open_pairs(field_team) == []
