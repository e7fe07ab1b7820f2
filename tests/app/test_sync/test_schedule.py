"""The worker pulls on its own: a source that fails is named in the log by its id, and no other waits for it."""

import logging
from pathlib import Path
from typing import Any

import pytest

from app.program import Program
from app.worker.tasks import PULL_NEW, SWEEP_SOURCES, build_worker
from core.database import Zone
from core.settings import Settings
from ingest.sources import add_source


@pytest.fixture
def worker(pulling: Any, tmp_path: Path) -> Any:
    return build_worker(Program(Settings(var=tmp_path), pulling.household.database, pulling.household.ring))


def test_what_is_new_comes_often_and_what_was_edited_with_the_sweep(pulling: Any, worker: Any) -> None:
    pulling.kobo.add(1, person__name="Amal")
    worker.tasks[PULL_NEW].apply_async()
    pulling.kobo.edit(1, "e-1", person__name="Amal N.")
    worker.tasks[PULL_NEW].apply_async()
    assert pulling.answers(1).values == {"/data/person/name": "Amal"}
    worker.tasks[SWEEP_SOURCES].apply_async()
    assert pulling.answers(1).values == {"/data/person/name": "Amal N."}


def test_a_source_that_fails_holds_up_no_other(pulling: Any, worker: Any, caplog: pytest.LogCaptureFixture) -> None:
    with pulling.household.zone(Zone.COLLECTION) as session:
        ring, address = pulling.household.ring, pulling.kobo.address
        unknown = add_source(session, ring, "TEST", address=address, asset="aUnknown", form_id="household", token="secret")
    pulling.kobo.add(1, person__name="Amal", photo="a face.jpg")
    pulling.kobo.attach(1, "a_face.jpg", b"a face")
    with caplog.at_level(logging.INFO):
        worker.tasks[PULL_NEW].apply_async()
    assert f"source {unknown.id} was not pulled: INGEST-154" in caplog.text
    assert len(pulling.household.awaiting()) == 1
    assert not any(word in caplog.text for word in ("Amal", "face", "attachments", "secret", pulling.kobo.token))
