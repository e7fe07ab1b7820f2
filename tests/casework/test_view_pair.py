"""How far two answers agree, which is told beside them while they are masked."""

from typing import Any

import pytest

from casework.duplicates.view_pair import Likeness, likeness
from forms import RecordPart

IDENTITY, CONTACT, FACTS = RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS


@pytest.mark.parametrize(
    ("part", "name", "one", "other", "told"),
    [
        (IDENTITY, "prs_First_Name", "Amal", "amal ", Likeness.SAME),
        (IDENTITY, "prs_First_Name", "Mohamed", "Maxamed", Likeness.SIMILAR),
        (IDENTITY, "prs_First_Name", "Mohamed", "محمد", Likeness.SIMILAR),
        (IDENTITY, "prs_First_Name", "Amal", "Leyla", Likeness.DIFFERENT),
        (IDENTITY, "prs_First_Name", "Amal", None, Likeness.ONE_SIDED),
        (IDENTITY, "case_reference", "SC-0012", "SC-0013", Likeness.DIFFERENT),
        (IDENTITY, "prs_Birthdate", "1990-04-23", "1990-04-24", Likeness.DIFFERENT),
        (CONTACT, "prs_MobilePhone", "+252 61 555 0199", "00252615550199", Likeness.SAME),
        (CONTACT, "prs_MobilePhone", "+252 61 555 0199", "+252 61 555 0198", Likeness.DIFFERENT),
        (FACTS, "prs_Gender", "female", "femal", Likeness.DIFFERENT),
        (FACTS, "visits", [{"a": "1"}], [{"a": "1"}], Likeness.SAME),
        (FACTS, "visits", [{"a": "1"}], [{"a": "2"}], Likeness.DIFFERENT),
    ],
)
def test_likeness(part: RecordPart, name: str, one: Any, other: Any, told: Likeness) -> None:
    assert likeness(part, name, one, other) is told
    assert likeness(part, name, other, one) is told
