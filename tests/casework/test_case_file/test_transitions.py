"""The state machine is a table: every row of it can be done, by whom it says, and nothing that it does not name."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from casework.case_file import FIELDS, TRANSITIONS, Act, EntryKind, FieldKind, Step
from casework.case_file.errors import FieldsMissing, OwnStep, StepImpossible
from casework.case_file.transitions import NOT_YET, Approval, Transition, acts_from, find_transition
from casework.models import CaseState
from casework.programme.read_programme import ours
from core.access import Access, Grant, NotAllowed
from core.permissions import Right, Role, holds
from tests.casework.conftest import OPERATION
from tests.casework.test_case_file.conftest import AMAL, CARLA, EMIL, Office

FILLED: dict[FieldKind, str | list[str]] = {
    FieldKind.LINE: "A line",
    FieldKind.TEXT: "Some text",
    FieldKind.DATE: "2026-02-20",
    FieldKind.NUMBER: "12",
    FieldKind.YES_NO: "yes",
    FieldKind.LANGUAGE: "fr",
}
CODES = {
    "trafficking_status": "actual",
    "screening_outcome": "assist",
    "need": "medical",
    "risk": "low",
    "service_type": "medical",
    "provider": "own",
    "currency": "EUR",
    "service_outcome": "helped",
    "urgency": "soon",
    "visit_outcome": "well",
    "closure_outcome": "goals_met",
    "report_purpose": "court",
    "report_recipient": "court",
}
BY_THE_PROGRAM = {"basis", "digest", "holds", "reference", "rule", "score"}
EVERYTHING, NOTHING = frozenset(EntryKind), frozenset[str]()


def named(row: Transition) -> str:
    return f"{row.kind}: {row.before or 'not there'}, {row.act}"


def filled(kind: EntryKind) -> dict[str, Any]:
    return {
        one.name: [CODES[one.codes]] if one.kind is FieldKind.CODES else CODES[one.codes] if one.codes else FILLED[one.kind]
        for one in FIELDS[kind]
        if one.name not in BY_THE_PROGRAM
    }


def of_programme(approvals: frozenset[str]) -> list[Transition]:
    """The rows that are there where an approval is asked for all of these kinds, or for none."""
    without = Approval.NOT_ASKED if approvals else Approval.ASKED
    return [row for row in TRANSITIONS if row.approval is not without]


ROWS = [pytest.param(NOTHING, row, id=f"{named(row)}, without approvals") for row in of_programme(NOTHING)] + [
    pytest.param(EVERYTHING, row, id=named(row)) for row in of_programme(EVERYTHING) if row not in of_programme(NOTHING)
]


def way_to(kind: EntryKind, state: str, approvals: frozenset[str]) -> list[Transition]:
    """The shortest way of acts by which an entry comes to a state; there is none to what only an approval leads to."""
    ways: list[list[Transition]] = [[]]
    while ways:
        way = ways.pop(0)
        stands = way[-1].after if way else NOT_YET
        if stands == state:
            return way
        ways += [[*way, row] for row in of_programme(approvals) if (row.kind, row.before) == (kind, stands) and row not in way]
    return []


def do(office: Office, row: Transition, entry: UUID | None = None, *, seen: int = 0, access: Access | None = None) -> UUID:
    fields = filled(row.kind)
    if row.kind is EntryKind.REPORT and row.before == NOT_YET:
        office.agree("court")
    if row.kind is EntryKind.EARLIER_CASE:
        fields["earlier"] = str(office.earlier())
    return office.take(Step(row.kind, row.act, entry, fields, seen=seen), access or (EMIL if row.by_another else AMAL))


def come_to(office: Office, way: Sequence[Transition], access: Access | None = None) -> UUID | None:
    entry = None
    for number, row in enumerate(way):
        entry = do(office, row, entry, seen=number, access=EMIL if row.by_another else access)
    return entry


def programme_asks(monkeypatch: pytest.MonkeyPatch, approvals: frozenset[str]) -> None:
    for module in ("take_step", "read_case_file"):
        monkeypatch.setattr(
            sys.modules[f"casework.case_file.{module}"], "programme_in_force", lambda _: replace(ours(), approvals=approvals)
        )


@pytest.mark.parametrize(("approvals", "row"), ROWS)
def test_every_row_can_be_done_by_whom_it_says_with_what_it_needs(
    office: Office, monkeypatch: pytest.MonkeyPatch, approvals: frozenset[str], row: Transition
) -> None:
    programme_asks(monkeypatch, approvals if way_to(row.kind, row.before, approvals) or not row.before else EVERYTHING)
    way = way_to(row.kind, row.before, approvals) or way_to(row.kind, row.before, EVERYTHING)
    entry = come_to(office, way, CARLA)
    if row.by_another:
        with pytest.raises(OwnStep):
            do(office, row, entry, seen=len(way), access=CARLA)
        assert [row.act in office.file(who).entries[0].acts for who in (CARLA, EMIL)] == [False, True]
    if row.needs:
        with pytest.raises(FieldsMissing, match=row.needs[0]):
            office.take(Step(row.kind, row.act, entry, dict.fromkeys(row.needs, ""), seen=len(way)), EMIL)
    entry = do(office, row, entry, seen=len(way))
    file = office.file()
    assert [(one.id, one.state, one.steps[-1].act) for one in file.entries] == [(entry, row.after, row.act)]
    assert row.case_to in {None, file.state}


@pytest.mark.parametrize("role", [role for role in Role if not holds(role, Right.WORK_ON_CASE)])
def test_a_role_without_the_right_takes_no_step(office: Office, role: Role) -> None:
    for row in of_programme(NOTHING):
        if row.before == NOT_YET:
            with pytest.raises(NotAllowed):
                do(office, row, access=Access("somebody", OPERATION, (Grant(role),)))
    assert office.file().entries == ()


@pytest.mark.parametrize("kind", EntryKind)
def test_what_the_table_does_not_name_is_impossible(office: Office, monkeypatch: pytest.MonkeyPatch, kind: EntryKind) -> None:
    """From where an entry is first written: every other act."""
    programme_asks(monkeypatch, NOTHING)
    first = next(row for row in of_programme(NOTHING) if (row.kind, row.before) == (kind, NOT_YET))
    entry = do(office, first)
    possible = {row.act for row in of_programme(NOTHING) if (row.kind, row.before) == (kind, first.after)}
    for act in set(Act) - possible:
        with pytest.raises(StepImpossible):
            office.take(Step(kind, act, entry, filled(kind), seen=1), EMIL)


def test_the_table_names_each_pair_once_and_every_state_is_left_or_an_end() -> None:
    keys = [(row.kind, row.act, row.before) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))
    for kind, act in product(EntryKind, Act):
        assert find_transition(kind, act, "nowhere") is None
    for kind in EntryKind:
        assert acts_from(kind, NOT_YET)
        assert all(
            name in {field.name for field in FIELDS[kind]} for row in TRANSITIONS if row.kind is kind for name in row.needs
        )
    assert {row.case_to for row in TRANSITIONS if row.case_to} <= set(CaseState)
