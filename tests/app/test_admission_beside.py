"""Reports that several processes admit are each admitted once, whatever is among them and whoever dies."""

import os
import signal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

import app.arriving.admission as module
import casework
from app.arriving.admission import admit_batches
from app.program import Program
from casework.models import MovementEvent, Person, StoredKey
from core.database import Zone
from core.processes.forked_work import ForkedWork
from core.settings import Settings
from ingest.claiming import claim_lone
from tests.casework.conftest import ARRIVAL, OPERATION, SCREENING, Field
from tests.casework.conftest import field_team as field_team  # noqa: PLC0414  (a fixture)
from tests.casework.conftest import xforms as xforms  # noqa: PLC0414

LONE = 12


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three processes, for batches of two."""
    monkeypatch.setattr(module, "processors", lambda: 3)
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "MANY", 4)


def opened(team: Field) -> Program:
    return Program(Settings(), team.database, team.ring)


def admitted(team: Field) -> int:
    return sum(count.admitted for count in admit_batches(opened(team), OPERATION, actor="worker"))


def forms_of(team: Field) -> list[tuple[str, str]]:
    with team.zone() as session:
        return casework.report_forms(session, OPERATION)


def counted(team: Field, table: Any) -> int:
    with team.zone() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_each_becomes_one_event_by_whichever_process(field_team: Field) -> None:
    sent = {field_team.send("movement", ARRIVAL) for _ in range(LONE)}
    assert admitted(field_team) == LONE
    with field_team.zone() as session:
        assert set(session.scalars(select(MovementEvent.submission))) == sent
    assert counted(field_team, StoredKey) == 2 * LONE
    assert admitted(field_team) == 0


def test_what_does_not_stand_alone_is_admitted_after_it(field_team: Field) -> None:
    first, second = str(uuid4()), str(uuid4())
    for _ in range(6):
        field_team.send("movement", ARRIVAL)
    bad = field_team.send("movement", {**ARRIVAL, "reason": "weather"})
    field_team.send("movement", {**ARRIVAL, "reason": "drought"}, instance=second, edits=first)
    field_team.send("movement", ARRIVAL, instance=first)
    field_team.send("screening", SCREENING)
    assert admitted(field_team) == 8
    assert (counted(field_team, MovementEvent), counted(field_team, Person)) == (7, 1)
    assert set(field_team.quarantine()) == {bad}


def test_a_process_beside_admits_with_connections_of_its_own(field_team: Field) -> None:
    for _ in range(LONE):
        field_team.send("movement", ARRIVAL)
    beside = ForkedWork(partial(module._admit_apart, opened(field_team), OPERATION, "worker", forms_of(field_team)))
    assert sum(count.admitted for count in beside.made() or ()) == LONE
    assert counted(field_team, MovementEvent) == LONE


@pytest.mark.parametrize("committed", [True, False])
def test_what_a_process_leaves_that_dies_is_admitted_once(
    field_team: Field, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    def dies(program: Program, operation: str, actor: str, forms: Any) -> None:
        with program.apart() as apart, apart.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
            casework.admit_lone_reports(session, program.ring, operation, forms, limit=2)
            if committed:
                session.commit()
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(module, "_admit_apart", dies)
    sent = {field_team.send("movement", ARRIVAL) for _ in range(LONE)}
    admitted(field_team)
    with field_team.zone() as session:
        events = session.scalars(select(MovementEvent.submission)).all()
    assert (len(events), set(events)) == (LONE, sent)


def test_what_one_transaction_has_claimed_another_passes_over(field_team: Field) -> None:
    sent = {field_team.send("movement", ARRIVAL) for _ in range(5)}
    forms = forms_of(field_team)
    with field_team.zone() as one, field_team.zone() as other:
        claims = [claim_lone(session, OPERATION, forms, 3) for session in (one, other)]
    assert [len(claim) for claim in claims] == [3, 2]
    assert {submission for claim in claims for submission in claim} == sent


def test_nothing_of_a_chain_of_edits_is_claimed(field_team: Field) -> None:
    original, early = str(uuid4()), str(uuid4())
    field_team.send("movement", ARRIVAL, instance=original)
    field_team.send("movement", ARRIVAL, edits=original)
    field_team.send("movement", ARRIVAL, edits=early)  # its original is still to come
    with field_team.zone() as session:
        assert claim_lone(session, OPERATION, forms_of(field_team), 10) == []
