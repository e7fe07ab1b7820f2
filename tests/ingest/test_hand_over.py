"""Casework asks what awaits it and says what became of each."""

from typing import Any
from uuid import uuid4

import pytest

from core.audit import Purpose
from core.database import Zone
from ingest import (
    awaiting_submissions,
    mark_handled,
    quarantined,
    read_quarantined,
    read_submissions,
    set_aside,
    submissions_set_aside,
)
from ingest.errors import SubmissionUnknown

REASON = ("CASE-001", "The case reference is not known.")


def test_what_awaits_comes_in_the_order_of_its_arrival(household: Any) -> None:
    sent = [household.send(household.answers(f"uuid:{number}")).submission_id for number in range(5)]
    assert household.awaiting() == sent
    with household.zone(Zone.CASEWORK) as session:
        assert awaiting_submissions(session, "TEST", 2) == sent[:2]


def test_what_was_handled_awaits_no_more(household: Any) -> None:
    receipt = household.send(household.answers())
    with household.zone(Zone.CASEWORK) as session:
        mark_handled(session, [receipt.submission_id])
    assert household.awaiting() == []


def test_what_cannot_be_admitted_is_listed_in_quarantine_and_stays_readable(household: Any) -> None:
    receipt = household.send(household.answers(), [household.photo("a.jpg")])
    for _ in range(2):  # doing it again changes nothing
        with household.zone(Zone.CASEWORK) as session:
            set_aside(session, household.ring, receipt.submission_id, reason=REASON)
    assert household.awaiting() == []
    assert household.quarantine() == [("CASE-001", household.answers(), (household.photo("a.jpg"),))]
    with household.zone(Zone.CASEWORK) as session:
        [entry] = quarantined(session, "TEST")
    assert (entry.submission_id, entry.reason, entry.form_id) == (receipt.submission_id, REASON[1], "household")


def test_once_it_is_handled_its_reason_is_resolved_and_can_come_back(household: Any) -> None:
    receipt = household.send(household.answers())
    for _ in range(2):
        with household.zone(Zone.CASEWORK) as session:
            set_aside(session, household.ring, receipt.submission_id, reason=REASON)
            assert submissions_set_aside(session, "TEST", REASON[0]) == [receipt.submission_id]
        with household.zone(Zone.CASEWORK) as session:
            mark_handled(session, [receipt.submission_id])
            assert quarantined(session, "TEST") == []
            assert submissions_set_aside(session, "TEST", REASON[0]) == []


def test_an_edit_that_is_handled_resolves_what_was_wrong_with_its_original(household: Any) -> None:
    original = household.send(household.answers("uuid:1"))
    with household.zone(Zone.CASEWORK) as session:
        set_aside(session, household.ring, original.submission_id, reason=REASON)
    edit = household.send(household.answers("uuid:2", replaces="uuid:1"))
    with household.zone(Zone.CASEWORK) as session:
        mark_handled(session, [edit.submission_id])
        assert quarantined(session, "TEST") == []


def test_many_are_read_at_once_each_with_its_chain(household: Any) -> None:
    sent = [household.send(household.answers("uuid:1")), household.send(household.answers("uuid:2", replaces="uuid:1"))]
    ids, unknown = [receipt.submission_id for receipt in sent], uuid4()
    with household.zone(Zone.CASEWORK) as session:
        read = read_submissions(session, household.ring, [*ids, unknown], purpose=Purpose.ASSISTANCE)
    assert [read[submission].chain for submission in ids] == [frozenset(ids)] * 2
    assert [read[submission].instance_id for submission in ids] == ["uuid:1", "uuid:2"]
    assert isinstance(read[unknown], SubmissionUnknown)


def test_a_problem_serves_as_the_reason(household: Any) -> None:
    receipt = household.send(household.answers())
    with household.zone(Zone.CASEWORK) as session:
        set_aside(session, household.ring, receipt.submission_id, reason=SubmissionUnknown(submission="x"))
        [entry] = quarantined(session, "TEST")
        assert entry.code == "INGEST-101"
        assert read_quarantined(session, household.ring, entry.id, purpose=Purpose.VERIFICATION) == household.answers()


def test_an_unknown_submission_is_said_to_be_unknown(household: Any) -> None:
    with pytest.raises(SubmissionUnknown), household.zone(Zone.CASEWORK) as session:
        mark_handled(session, [uuid4()])
