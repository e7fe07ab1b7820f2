"""While a batch is written the next one is read and looked at; what becomes of its records is the same."""

from collections.abc import Iterator
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

import pytest

from app.arriving.one_ahead import one_ahead
from core.database import Zone
from forms import publish_form
from ingest.from_files import batches
from ingest.from_files.row_answers import RowAnswers
from tests.app.test_import.conftest import CHOICES, Desk, outcomes
from tests.app.test_import.test_kobo_exports import write_csv
from tests.ingest.conftest import OPERATION

HEADERS = ["sex", "_uuid", "__version__"]


@pytest.fixture
def read_ahead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[int, list[bool]]:
    """Batches of two records, of a form without files; tells by row of each reading whether the thread beside did it."""
    desk.publish_choices()
    monkeypatch.setattr(batches, "MOST_RECORDS", 2)
    told: dict[int, list[bool]] = {}
    arrival = RowAnswers.arrival

    def telling(row: RowAnswers, *given: Any) -> Any:
        found = arrival(row, *given)
        told.setdefault(row.place.row, []).append(current_thread() is not main_thread())
        return found

    monkeypatch.setattr(RowAnswers, "arrival", telling)
    return told


def test_what_the_first_batch_asked_for_is_known_ahead(desk: Desk, tmp_path: Path, read_ahead: dict[int, list[bool]]) -> None:
    rows = [["f", f"u-{number}", "1"] for number in range(8)]
    rows[6][0] = "neither"
    told = desk.table(write_csv(tmp_path / "choices.csv", [HEADERS, *rows]), form="choices")
    assert outcomes(told) == [*["accepted"] * 6, "malformed", "accepted"]
    assert [read_ahead[row] for row in (2, 3)] == [[False]] * 2
    assert [read_ahead[row] for row in (6, 7, 9)] == [[True]] * 3  # none was read twice


def test_a_version_that_nobody_asked_for_yet_is_not_taken_for_another(
    desk: Desk, tmp_path: Path, read_ahead: dict[int, list[bool]]
) -> None:
    with desk.household.zone(Zone.COLLECTION) as session:
        publish_form(session, OPERATION, CHOICES.replace(b'version="1"', b'version="2"'), {})
    versions = ["", "of the server", "", "", "", "of the server", "1", "2"]
    rows = [["f", f"u-{number}", version] for number, version in enumerate(versions)]
    assert outcomes(desk.table(write_csv(tmp_path / "choices.csv", [HEADERS, *rows]), form="choices")) == ["accepted"] * 8
    assert [version for (version,) in desk.rows("form_version FROM ingest.submission ORDER BY form_version")] == [
        "1",
        *["2"] * 7,
    ]
    assert [read_ahead[row] for row in (6, 7, 8, 9)] == [[True], [True], [False], [False]]


def test_what_is_raised_instead_of_an_item_comes_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ZeroDivisionError

    came: list[int] = []
    with pytest.raises(ZeroDivisionError):
        came.extend(one_ahead(items()))
    assert came == [1, 2]


def test_of_what_nobody_wants_any_more_one_at_most_was_made() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            yield number

    some = one_ahead(items())
    assert [next(some), next(some)] == [0, 1]
    some.close()  # type: ignore[attr-defined]
    assert made == [0, 1, 2]
