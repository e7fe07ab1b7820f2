"""Batches that are made ready beside become what they become one by one, whatever is among them and whoever dies."""

import os
import signal
from collections import Counter
from typing import Any, NoReturn

import pytest

import app.import_files
from core.database import Zone
from core.erasure import Tally
from ingest import erase_submissions
from ingest.from_files import ReadyBatch, batches
from tests.app.test_import.conftest import Desk, outcomes
from tests.ingest.conftest import OPERATION

BATCHES, MOST = 4, 5


@pytest.fixture
def card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A card of four batches."""
    monkeypatch.setattr(batches, "MOST_RECORDS", MOST)
    for number in range(BATCHES * MOST):
        desk.instance(f"n{number:02}", desk.household.answers(f"uuid:{number:02}"))
    return desk


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two processes beside this one; tells how many records of each batch were made ready there."""
    monkeypatch.setattr(app.import_files, "processors", lambda: 2)
    told: list[int] = []
    take_in = app.import_files.take_in

    def telling(*given: Any, ready: ReadyBatch | None) -> Any:
        told.append(len(ready.submissions) if ready else 0)
        return take_in(*given, ready=ready)

    monkeypatch.setattr(app.import_files, "take_in", telling)
    return told


def test_what_is_new_is_written_as_it_was_made_ready(card: Desk, beside: list[int]) -> None:
    assert outcomes(card.folder()) == ["accepted"] * BATCHES * MOST
    assert beside == [0, MOST, MOST, MOST]  # nothing is made ready before it is known that much is new
    assert len(card.household.awaiting()) == BATCHES * MOST
    assert outcomes(card.folder()) == ["resent"] * BATCHES * MOST
    assert beside[BATCHES:] == [0] * BATCHES


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("processes", [0, 2])
def test_what_is_not_plain_becomes_what_it_would_become(
    card: Desk, monkeypatch: pytest.MonkeyPatch, *, processes: int, dry_run: bool
) -> None:
    monkeypatch.setattr(app.import_files, "processors", lambda: processes)
    card.household.send(card.household.answers("uuid:17"))
    card.household.send(card.household.answers("uuid:19b", replaces="uuid:19"))  # an edit that came before what it replaces
    erased = card.household.send(card.household.answers("uuid:08"))
    with card.household.zone(Zone.CASEWORK) as session:
        erase_submissions(session, card.household.ring, OPERATION, [erased.submission_id], Tally())
    card.instance("n05b", b"broken off")
    card.instance("n06b", card.household.answers("uuid:06b", body="<photo>face.jpg</photo>"), {"face.jpg": b"a face"})
    card.instance("n07b", card.household.answers("uuid:07b", body="<photo>lost.jpg</photo>"))
    card.instance("n11b", card.household.answers("uuid:11", body="<person><name>Another</name></person>"))
    card.instance("n12b", card.household.answers("uuid:12b", replaces="uuid:12"))
    told = card.folder(dry_run=dry_run)
    kinds = {"accepted": 20, "resent": 1, "edited": 1, "erased": 1, "malformed": 1, "conflicting": 1}
    assert Counter(outcomes(told)) == kinds
    assert [one.complete for one in told if one.place.file.startswith("instances/n07b")] == [False]  # type: ignore[union-attr]
    assert len(card.household.awaiting()) == (2 if dry_run else 20)  # without those that are replaced, or wait for a file


@pytest.mark.parametrize("killed", [True, False])
def test_nothing_is_lost_where_the_other_process_fails(
    card: Desk, beside: list[int], monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    def make_ready(*_: object) -> NoReturn:
        if killed:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError

    monkeypatch.setattr(app.import_files, "make_ready", make_ready)
    assert outcomes(card.folder()) == ["accepted"] * BATCHES * MOST
    assert beside == [0] * BATCHES
