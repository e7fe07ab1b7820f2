"""Two organisations learn whom both know, and neither shows a name."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from casework import list_cases
from casework.consent import ConsentState
from casework.match_partner import FEWEST
from core.access import Grant
from core.audit import Purpose
from core.permissions import Role
from core.shared_tokens import SharedSalt
from tests.casework.conftest import OPERATION, SCREENING, Field

OFFICER = (Grant(Role.DATA_PROTECTION_OFFICER),)
PARTNER = "HELP"
SALT = SharedSalt(bytes(32))


@pytest.fixture
def persons(field_team: Field) -> list[UUID]:
    """As many persons as a list must hold, and one more; all but the last agreed that the partner learns of them."""
    for number in range(FEWEST + 1):
        said = {
            **SCREENING,
            "case_reference": f"SC-{number}",
            "prs_First_Name": f"{chr(98 + number)}ibir{chr(98 + number)}",
            "prs_Second_Name": "Hassan",
            "prs_Birthdate": f"1990-02-{number + 1:02}",
            "prs_Gender": "female",
            "prs_MobilePhone": f"+252 61 55501{number:02}",
        }
        field_team.send("screening", said)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        cases = sorted(list_cases(session, OPERATION), key=lambda case: case.opened_at)
        people = [case.person for case in cases]
    agree(field_team, people[:-1])
    return people


def agree(team: Field, people: Sequence[UUID]) -> None:
    from casework.record_consent import record_consent
    from tests.casework.test_consent import statement  # type: ignore[attr-defined]

    with team.zone() as session:
        for person in people:
            record_consent(session, team.ring, person, statement(Purpose.REFERRAL, PARTNER, ConsentState.GIVEN))
