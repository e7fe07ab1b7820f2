"""Between two sweeps the form's history tells what was edited, validated and deleted, where the account may see it."""

from typing import Any

import pytest

import app.arriving.sync
from ingest.pull.errors import ServerAnswerUnread

NAME = "/data/person/name"


@pytest.fixture
def told(pulling: Any) -> Any:
    """Two records that were pulled, and a history that begins."""
    pulling.kobo.history = []
    for number in (1, 2):
        pulling.kobo.add(number, person__name="Amal")
    assert pulling.sync(sweep=False) == {"new": 2}
    return pulling


def test_an_edit_comes_without_a_sweep(told: Any) -> None:
    told.kobo.edit(1, "e-1", person__name="Amal N.")
    told.kobo.happened("modify-submission", 1)
    assert told.sync(sweep=False) == {"edited": 1}
    assert told.answers(1).values == {NAME: "Amal N."}
    assert told.sync(sweep=False) == {}


def test_of_much_that_has_changed_some_is_followed_at_a_time(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.arriving.sync, "AT_ONCE", 1)
    for number in (1, 2):
        told.kobo.edit(number, f"e-{number}", person__name="edited")
        told.kobo.happened("modify-submission", number)
    assert told.sync(sweep=False) == {"edited": 2}
    assert [told.answers(number).values for number in (1, 2)] == [{NAME: "edited"}] * 2


def test_a_second_edit_is_told_by_the_same_first_id(told: Any) -> None:
    for edit in ("e-1", "e-2"):
        told.kobo.edit(1, edit, person__name=edit)
        told.kobo.happened("modify-submission", 1)
        assert told.sync(sweep=False) == {"edited": 1}
    assert told.answers(1).values == {NAME: "e-2"}


def test_a_validation_comes_without_a_sweep(told: Any) -> None:
    told.kobo.validate(2, "validation_status_approved")
    told.kobo.happened("modify-submission", 2)
    assert told.sync(sweep=False) == {"validated": 1}


def test_a_deletion_is_marked_and_erases_nothing(told: Any) -> None:
    told.kobo.happened("delete-submission", 1)
    del told.kobo.records[1]
    assert told.sync(sweep=False) == {"deleted": 1}
    assert told.answers(1).values == {NAME: "Amal"}
    assert told.sync(sweep=False) == {}


def test_what_is_not_shown_is_not_deleted_unless_the_history_says_so(told: Any) -> None:
    """The token may have lost the right to see it."""
    told.kobo.happened("modify-submission", 1)
    del told.kobo.records[1]
    assert told.sync(sweep=False) == {}


def test_what_is_there_is_not_deleted_whatever_the_history_says(told: Any) -> None:
    told.kobo.happened("delete-submission", 1)
    assert told.sync(sweep=False) == {}


def test_more_than_a_page_of_history_is_read_to_its_end(told: Any) -> None:
    told.kobo.edit(1, "e-1", person__name="Amal N.")
    told.kobo.happened("modify-submission", 1)
    for _ in range(150):
        told.kobo.happened("modify-submission", 2)
    assert told.sync(sweep=False) == {"edited": 1}


def test_an_entry_of_records_that_nobody_knows_here_is_passed_over(told: Any) -> None:
    told.kobo.add(3)
    told.kobo.happened("modify-submission", 3)
    assert told.sync(sweep=False) == {"new": 1}


def test_who_may_not_see_it_waits_for_the_sweep(pulling: Any) -> None:
    pulling.kobo.add(1, person__name="Amal")
    pulling.sync(sweep=False)
    pulling.kobo.edit(1, "e-1", person__name="Amal N.")
    assert pulling.sync(sweep=False) == {}
    assert pulling.sync() == {"edited": 1}


def test_an_entry_of_another_shape_is_not_guessed(told: Any) -> None:
    told.kobo.history = [{"action": "modify-submission", "date_created": "2026-08-01T00:00:09Z", "metadata": {}}]
    with pytest.raises(ServerAnswerUnread):
        told.sync(sweep=False)
