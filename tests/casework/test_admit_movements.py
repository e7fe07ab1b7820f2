"""A movement report becomes one event of its week, once; an edit takes its place."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from casework import MovementFact, admit_again, movement_facts, read_report
from core.audit import Purpose
from core.database import Zone
from core.periods.week import Week
from core.places import add_places
from forms import RecordKind, RecordPart
from tests.casework.conftest import ARRIVAL, OPERATION, PLACES, Field

WEEK = Week(2026, 7)


def facts_of(field: Field, week: Week = WEEK) -> list[MovementFact]:
    with field.zone(Zone.ANONYMIZER) as session:
        return movement_facts(session, field.ring, OPERATION, week)


def test_a_report_becomes_an_event_that_can_be_counted(field_team: Field) -> None:
    admission = field_team.admit(field_team.send("movement", ARRIVAL))
    assert (admission.outcome, admission.record_kind) == ("admitted", RecordKind.MOVEMENT)
    [fact] = facts_of(field_team)
    assert (fact.report,) == admission.records
    assert (fact.week, fact.origin, fact.destination, fact.reason) == (WEEK, "XM0101", "XM0102", "flood")
    assert fact.persons == {("female", "18-59"): 3, ("male", "0-4"): 2}


def test_who_verifies_a_figure_can_reach_its_reporter(field_team: Field) -> None:
    [report] = field_team.admit(field_team.send("movement", ARRIVAL)).records
    with field_team.zone() as session:
        read = read_report(
            session, field_team.ring, report, parts=[RecordPart.IDENTITY, RecordPart.CONTACT], purpose=Purpose.VERIFICATION
        )
    assert read[RecordPart.IDENTITY]["reporter_name"] == "Quintessa Reporter"
    assert read[RecordPart.CONTACT]["reporter_phone"] == "+252 61 555 0100"
    assert RecordPart.NARRATIVE not in read


def test_admitting_twice_changes_nothing(field_team: Field) -> None:
    submission = field_team.send("movement", ARRIVAL)
    first = field_team.admit(submission)
    before = rows(field_team)
    again = field_team.admit(submission)
    assert (again.outcome, again.records) == ("unchanged", first.records)
    assert rows(field_team) == before


def test_an_edit_takes_the_place_of_its_report_also_in_another_week(field_team: Field) -> None:
    first, second = str(uuid4()), str(uuid4())
    [report] = field_team.admit(field_team.send("movement", ARRIVAL, instance=first)).records
    edit = field_team.send(
        "movement", {**ARRIVAL, "arrival_date": "2026-02-03", "reason": "drought"}, instance=second, edits=first
    )
    assert field_team.admit(edit).records == (report,)
    assert facts_of(field_team) == []
    [fact] = facts_of(field_team, Week(2026, 6))
    assert (fact.report, fact.reason) == (report, "drought")
    [row] = rows(field_team)
    assert row.row_version == 2


def test_an_earlier_version_does_not_come_back(field_team: Field) -> None:
    first = str(uuid4())
    original = field_team.send("movement", ARRIVAL, instance=first)
    field_team.admit(field_team.send("movement", {**ARRIVAL, "reason": "drought"}, edits=first))
    assert field_team.admit(original).outcome == "unchanged"
    assert [fact.reason for fact in facts_of(field_team)] == ["drought"]


def test_an_edit_that_came_before_its_original_is_counted_once(field_team: Field) -> None:
    first = str(uuid4())
    field_team.admit(field_team.send("movement", {**ARRIVAL, "reason": "drought"}, edits=first))
    field_team.send("movement", ARRIVAL, instance=first)
    field_team.admit_awaiting()
    assert [fact.reason for fact in facts_of(field_team)] == ["drought"]


def test_versions_that_turn_out_to_be_one_report_are_counted_once(field_team: Field) -> None:
    """The second edit comes before the first one, which alone ties it to the original."""
    original, edit = str(uuid4()), str(uuid4())
    field_team.send("movement", ARRIVAL, instance=original)
    field_team.send("movement", {**ARRIVAL, "reason": "drought"}, edits=edit)
    field_team.admit_awaiting()
    assert len(facts_of(field_team)) == 2
    field_team.send("movement", {**ARRIVAL, "reason": "eviction"}, instance=edit, edits=original)
    field_team.admit_awaiting()
    assert [fact.reason for fact in facts_of(field_team)] == ["drought"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"arrival_date": "2999-01-01"}, "CASE-002"),
        ({"origin": "XM01"}, "CASE-003"),
        ({"reason": "weather"}, "CASE-004"),
        ({"persons.male.0-4": "some"}, "CASE-005"),
        ({"persons.male.0-4": "0", "persons.female.18-59": "0"}, "CASE-006"),
        ({"destination": ""}, "CASE-001"),
    ],
)
def test_what_cannot_be_counted_is_set_aside_with_its_reason_and_remedy(
    field_team: Field, changed: dict[str, str], code: str
) -> None:
    submission = field_team.send("movement", {**ARRIVAL, **changed})
    assert field_team.admit(submission).outcome == "set_aside"
    said_code, reason = field_team.quarantine()[submission]
    assert said_code == code
    assert "send" in reason
    assert not any(value in reason for value in changed.values() if len(value) > 1)
    assert rows(field_team) == []


def test_an_edit_that_cannot_be_counted_leaves_the_report_as_it_was(field_team: Field) -> None:
    first = str(uuid4())
    field_team.admit(field_team.send("movement", ARRIVAL, instance=first))
    before = rows(field_team)
    edit = field_team.send("movement", {**ARRIVAL, "reason": "weather"}, edits=first)
    assert field_team.admit(edit).outcome == "set_aside"
    assert rows(field_team) == before


def test_what_was_set_aside_is_admitted_once_its_cause_is_mended(field_team: Field) -> None:
    submission = field_team.send("movement", {**ARRIVAL, "origin": "XM0999"})
    field_team.admit_awaiting()
    assert field_team.quarantine()[submission][0] == "CASE-003"
    with field_team.zone(Zone.COLLECTION) as session:
        add_places(session, OPERATION, [replace(PLACES[-1], code="XM0999")])
    assert field_team.admit(submission).outcome == "admitted"
    assert field_team.admit_awaiting().admitted == 0


def test_all_that_was_set_aside_can_be_tried_again_together(field_team: Field) -> None:
    for place in ("XM0998", "XM0999", "XM0999"):
        field_team.send("movement", {**ARRIVAL, "origin": place})
    assert field_team.admit_awaiting().set_aside == 3
    with field_team.zone(Zone.COLLECTION) as session:
        add_places(session, OPERATION, [replace(PLACES[-1], code="XM0999")])
    with field_team.zone() as session:
        count = admit_again(session, field_team.ring, OPERATION)
    assert (count.admitted, count.set_aside) == (2, 1)
    assert [code for code, _ in field_team.quarantine().values()] == ["CASE-003"]


def rows(field: Field) -> list[object]:
    """Every movement event, ciphertexts and all."""
    with field.zone() as session:
        return list(session.execute(text("SELECT * FROM casework.movement_event ORDER BY id")))
