"""What came of a screening, by the decisions of the case file in their order."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from casework.case_file_models import Act, EntryKind
from casework.counting import DECISIONS
from casework.counting.screening_outcome import outcome_of
from casework.store.sealed_step import SealedStep

ENTRY, OTHER = uuid4(), uuid4()
YES = {"eligible": "yes", "wants_assistance": "yes"}
NO = {"eligible": "no", "outcome": "close"}


def decision(state: str, fields: Mapping[str, str], entry: UUID = ENTRY) -> SealedStep:
    act = {"decided": Act.SETTLE, "submitted": Act.SUBMIT, "sent_back": Act.SEND_BACK}[state]
    at = datetime(2026, 2, 12, tzinfo=UTC)
    return SealedStep(uuid4(), 1, entry, EntryKind.DECISION, act, state, "carla", at, fields=fields)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (YES, "accepted"),
        ({"eligible": "yes"}, "accepted"),  # nobody said that they do not want it
        ({"eligible": "no", "outcome": "refer"}, "referred"),
        (NO, "not_eligible"),
        ({"eligible": "no", "wants_assistance": "no"}, "not_eligible"),
        ({"eligible": "yes", "wants_assistance": "no"}, "not_wanted"),
        ({"eligible": "yes", "wants_assistance": "no", "outcome": "refer"}, "referred"),
    ],
)
def test_a_decision_has_one_outcome(fields: Mapping[str, str], outcome: str) -> None:
    assert outcome_of([decision("decided", fields)], {}) == outcome
    assert outcome in DECISIONS


def test_the_last_decision_stands_and_one_that_waits_or_was_sent_back_undoes_none() -> None:
    assert outcome_of([decision("decided", NO), decision("decided", YES, OTHER)], {}) == "accepted"
    assert outcome_of([decision("decided", YES), decision("submitted", NO, OTHER)], {}) == "accepted"
    confirmed = [decision("submitted", NO), decision("decided", {})]
    assert outcome_of(confirmed, {"eligible": "yes"}) == "not_eligible"


@pytest.mark.parametrize(("answer", "outcome"), [("yes", "accepted"), ("no", "not_eligible"), ("", "undecided")])
def test_without_a_decision_the_interview_stands_unless_one_waits(answer: str, outcome: str) -> None:
    assert outcome_of([], {"eligible": answer}) == outcome
    assert outcome_of([decision("submitted", NO)], {"eligible": answer}) == "undecided"
