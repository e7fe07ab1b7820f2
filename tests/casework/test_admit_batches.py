"""One bad submission never costs the batch, and each is told what became of it."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from casework.admission import admit_movements, admit_screenings
from casework.admission.arrival import Arrival, Desk
from casework.admission.record_movement import CheckedReport, check_report
from casework.models import MovementEvent, StoredKey
from core.keys.keyring import KeyRing, KeyVersionUnknown
from tests.casework.conftest import ARRIVAL, ASSISTANCE, SCREENING, Field

BAD = {7: {"reason": "weather"}, 11: {"origin": "nowhere"}, 13: {"persons.male.0-4": "-3"}}


def test_a_batch_of_a_hundred_with_some_bad_ones(field_team: Field) -> None:
    kinds = {7: "CASE-004", 11: "CASE-003", 13: "CASE-005"}
    expected: Counter[str] = Counter()
    for number in range(100):
        bad = next((divisor for divisor in BAD if number % divisor == 0), 0)
        expected[kinds.get(bad, "")] += 1
        field_team.send("movement", {**ARRIVAL, **BAD.get(bad, {})})
    counted = field_team.admit_awaiting()
    good = expected.pop("")
    assert (counted.admitted, counted.set_aside, counted.kept_raw) == (good, 100 - good, 0)
    assert Counter(code for code, _ in field_team.quarantine().values()) == expected
    assert field_team.admit_awaiting().admitted == 0


def test_a_batch_takes_no_more_than_its_limit(field_team: Field) -> None:
    for _ in range(5):
        field_team.send("movement", ARRIVAL)
    assert [field_team.admit_awaiting(limit=2).admitted for _ in range(4)] == [2, 2, 1, 0]


def test_a_failure_nobody_foresaw_is_set_aside_by_the_name_of_its_kind_only(
    field_team: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError("Quintessa Reporter")

    screening, movement = field_team.send("screening", SCREENING), field_team.send("movement", ARRIVAL)
    monkeypatch.setattr(admit_screenings, "check_screening", fail)
    counted = field_team.admit_awaiting()
    assert (counted.admitted, counted.set_aside) == (1, 1)
    code, reason = field_team.quarantine()[screening]
    assert (code, "(ArithmeticError)" in reason, "Quintessa" in reason) == ("CASE-099", True, False)
    assert movement not in field_team.quarantine()


def test_one_report_that_fails_unforeseen_is_found_among_the_others(field_team: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [field_team.send("movement", ARRIVAL) for _ in range(9)]

    def fail_at_the_sixth(desk: Desk, arrival: Arrival) -> CheckedReport:
        if arrival.stored.id == sent[5]:
            raise ArithmeticError("Quintessa Reporter")
        return check_report(desk, arrival)

    monkeypatch.setattr(admit_movements, "check_report", fail_at_the_sixth)
    counted = field_team.admit_awaiting()
    assert (counted.admitted, counted.set_aside) == (8, 1)
    assert field_team.quarantine()[sent[5]][0] == "CASE-099"


def test_one_report_that_the_database_refuses_is_found_among_the_others_and_leaves_no_key(
    field_team: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [field_team.send("movement", ARRIVAL) for _ in range(5)]
    good = CheckedReport.as_new
    monkeypatch.setattr(
        CheckedReport, "as_new", lambda one: replace(good(one), week="\0") if one.arrival.stored.id == sent[3] else good(one)
    )
    counted = field_team.admit_awaiting()
    assert (counted.admitted, counted.set_aside) == (4, 1)
    assert field_team.quarantine()[sent[3]][0] == "CASE-099"
    with field_team.zone() as session:
        assert session.scalar(select(func.count()).select_from(MovementEvent)) == 4
        assert session.scalar(select(func.count()).select_from(StoredKey)) == 8


def test_a_key_ring_that_lacks_the_key_stops_the_batch_and_blames_no_submission(field_team: Field) -> None:
    field_team.send("movement", ARRIVAL)
    field_team.ring, right = KeyRing({2: bytes(32)}, bytes(32)), field_team.ring
    with pytest.raises(KeyVersionUnknown):
        field_team.admit_awaiting()
    field_team.ring = right
    assert field_team.quarantine() == {}
    assert field_team.admit_awaiting().admitted == 1


def test_a_questionnaire_that_casework_has_no_records_for_is_kept_raw(field_team: Field) -> None:
    submission = field_team.send("other", {"depth": "12"})
    assert field_team.admit_awaiting().kept_raw == 1
    assert field_team.admit(submission).outcome == "kept_raw"


def test_each_kind_is_counted_as_admitted(field_team: Field) -> None:
    field_team.send("movement", ARRIVAL)
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE)
    assert field_team.admit_awaiting().admitted == 3
