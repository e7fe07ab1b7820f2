"""While a batch is written the next one is read and looked at, by a process beside this one or by a thread: what becomes of its
records is the same."""

import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread, active_count
from typing import Any

import pytest

import app.arriving.import_files
from app.arriving.batches_ahead import batches_ahead
from core.database import Zone
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.processes.forked_hand import ForkedHand
from core.processes.forked_work import processors
from forms import FormDefinition, build_questionnaire, compile_workbook, publish_form, read_form_definition
from ingest.from_files import Batch, FormAsked, PassedOver, Place, Reading, ReadingEnded, batches
from ingest.from_files.errors import DraftLeft, FormOfRowUnknown
from ingest.from_files.row_answers import RowAnswers
from tests.app.test_import.conftest import CHOICES, Desk, outcomes
from tests.app.test_import.test_kobo_exports import write_csv
from tests.ingest.conftest import OPERATION

HEADERS = ["sex", "_uuid", "__version__"]


@pytest.fixture(params=["process", "thread"])
def beside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What reads ahead, in batches of two records."""
    monkeypatch.setattr(app.arriving.import_files, "processors", lambda: 2 if request.param == "process" else 0)
    monkeypatch.setattr(batches, "MOST_RECORDS", 2)
    kind: str = request.param
    return kind


def imported(desk: Desk, path: Path, rows: list[list[str]]) -> list[Any]:
    return desk.table(write_csv(path / "choices.csv", [HEADERS, *rows]), form="choices")


def of_women(count: int) -> list[list[str]]:
    return [["f", f"u-{number}", "1"] for number in range(count)]


def test_whatever_is_among_them_becomes_what_it_would_become(desk: Desk, tmp_path: Path, beside: str) -> None:
    desk.publish_choices()
    rows = of_women(8)
    rows[3][1] = ""
    rows[5] = rows[4]
    rows[6][0] = "neither"
    told = imported(desk, tmp_path, rows)
    assert outcomes(told) == [*["accepted"] * 3, "malformed", "accepted", "resent", "malformed", "accepted"]
    assert [one.place.row for one in told] == list(range(2, 10))
    assert (told[3].problem.code, told[6].problem.where["row"]) == ("INGEST-062", 8)


def test_a_version_is_asked_for_once_when_it_is_met(
    desk: Desk, tmp_path: Path, beside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish_choices()
    with desk.household.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, CHOICES.replace(b'version="1"', b'version="2"'), {})
    asked: list[FormAsked] = []
    find_asked = app.arriving.import_files.find_asked
    monkeypatch.setattr(app.arriving.import_files, "find_asked", lambda *given: asked.append(given[-1]) or find_asked(*given))
    versions = ["", "of the server", "", "", "", "of the server", "1", "2"]
    rows = [["f", f"u-{number}", version] for number, version in enumerate(versions)]
    assert outcomes(imported(desk, tmp_path, rows)) == ["accepted"] * 8
    assert [version for (version,) in desk.rows("form_version FROM ingest.submission ORDER BY form_version")] == [
        "1",
        *["2"] * 7,
    ]
    # What was not there may be there by the next batch.
    assert [version for _, version in asked] == [None, "of the server", "of the server", "1", "2"]


def test_what_the_file_refuses_is_said_once_what_stands_before_is_kept(desk: Desk, tmp_path: Path, beside: str) -> None:
    desk.publish_choices()

    def found(rows: list[Any]) -> Iterator[Any]:
        yield from rows
        raise DraftLeft(status="incomplete")

    with pytest.raises(DraftLeft, match="incomplete"):
        read_on(desk, found(rows_of(desk, 5)), forked=beside == "process")
    read = read_so_far(desk, found(rows_of(desk, 5)), forked=beside == "process")
    assert [len(batch) for batch in read] == [2, 2]


def rows_of(desk: Desk, count: int) -> list[Any]:
    return [PassedOver(Place("f.csv", row=number), FormOfRowUnknown(form_id="choices")) for number in range(count)]


def nothing_asked(_: FormAsked) -> FormDefinition | None:
    raise AssertionError


def read_on(desk: Desk, found: Iterator[Any], *, forked: bool) -> list[Batch]:
    return list(batches_ahead(Reading(desk.program.ring, found), nothing_asked, fork=forked))


def read_so_far(desk: Desk, found: Iterator[Any], *, forked: bool) -> list[Batch]:
    read: list[Batch] = []
    with pytest.raises(Problem):
        read.extend(batches_ahead(Reading(desk.program.ring, found), nothing_asked, fork=forked))
    return read


def test_where_the_process_is_killed_that_is_said_and_the_next_import_goes_on(
    desk: Desk, tmp_path: Path, beside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if beside == "thread":
        pytest.skip("a thread dies with its process")
    desk.publish_choices()
    arrival, us = RowAnswers.arrival, os.getpid()

    def killed(row: RowAnswers, *given: Any) -> Any:
        if row.place.row == 6 and os.getpid() != us:
            os.kill(os.getpid(), signal.SIGKILL)
        return arrival(row, *given)

    with monkeypatch.context() as ailing:
        ailing.setattr(RowAnswers, "arrival", killed)
        with pytest.raises(ReadingEnded):
            imported(desk, tmp_path, of_women(8))
    assert outcomes(imported(desk, tmp_path, of_women(8))) == [*["resent"] * 4, *["accepted"] * 4]


def test_a_file_of_one_batch_needs_no_process(desk: Desk, tmp_path: Path, beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.publish_choices()
    born: list[object] = []
    monkeypatch.setattr(app.arriving.batches_ahead, "ForkedHand", lambda work: born.append(work) or ForkedHand(work))
    imported(desk, tmp_path, of_women(1))
    assert not born
    imported(desk, tmp_path, of_women(4))
    assert len(born) == (beside == "process")


def test_of_what_nobody_wants_any_more_one_batch_at_most_was_read(ring: KeyRing, beside: str) -> None:
    made: list[int] = []

    def items() -> Iterator[PassedOver]:
        for number in range(99):
            made.append(number)
            yield PassedOver(Place("f.csv", row=number), FormOfRowUnknown(form_id="choices"))

    threads = active_count()
    some = batches_ahead(Reading(ring, items()), nothing_asked, fork=beside == "process")
    next(some)
    some.close()
    assert made == list(range(2 if beside == "process" else 4))  # a process counts what it makes in memory of its own
    assert active_count() == threads


def test_a_thread_forks_no_process() -> None:
    found: list[int] = []
    thread = Thread(target=lambda: found.append(processors()))
    thread.start()
    thread.join()
    assert found == [0]


@pytest.mark.parametrize("name", ["movement_tracking", "screening_interview", "assistance_interview"])
def test_a_form_is_sent_as_it_was_read(name: str) -> None:
    form = read_form_definition(compile_workbook(build_questionnaire(name), f"{name}.xlsx").xform)
    assert form.demands  # functions, which could not be sent
    assert pickle.loads(pickle.dumps(form)) == form


def test_what_is_refused_is_sent_with_all_that_it_says() -> None:
    refused = FormOfRowUnknown(form_id="choices")
    sent: Any = pickle.loads(pickle.dumps(refused))
    assert type(sent) is FormOfRowUnknown
    assert (str(sent), sent.where, sent.form_id) == (str(refused), refused.where, "choices")
