"""What changes on the server is found by going through it: edits, deletions, validations, files. Nothing is erased by that."""

from importlib import import_module
from typing import Any

import pytest

from core.audit import Action, audited_entries
from core.database import Zone
from core.erasure import Tally
from ingest import Outcome, erase_submissions
from ingest.kobo.read_record import read_listed
from ingest.pull import compare
from ingest.pull.compare import Compared
from ingest.pull.errors import SourceEmptied

NAME = "/data/person/name"


class TestEdits:
    def test_an_edit_replaces_what_was_taken_in(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.sync()
        original = pulling.submission_of(1)
        pulling.kobo.edit(1, "e-1", person__name="Amal N.")
        assert pulling.sync() == {"edited": 1}
        assert pulling.answers(1).values == {NAME: "Amal N."}
        assert pulling.stored(1).chain == {original, pulling.submission_of(1)}
        assert pulling.household.awaiting() == [pulling.submission_of(1)]

    def test_two_edits_between_two_sweeps_are_one(self, pulling: Any) -> None:
        """The version in between was never seen: the newest replaces the one that stands here."""
        pulling.kobo.add(1, person__name="a")
        pulling.sync()
        pulling.kobo.edit(1, "e-1", person__name="b")
        pulling.kobo.edit(1, "e-2", person__name="c")
        assert pulling.sync() == {"edited": 1}
        assert len(pulling.stored(1).chain) == 2

    def test_an_edit_whose_forerunner_was_never_seen_replaces_the_newest_that_stands_here(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="a")
        pulling.sync()
        pulling.kobo.edit(1, "e-1", person__name="b")
        pulling.sync()
        pulling.kobo.edit(1, "e-2", person__name="c")
        pulling.kobo.edit(1, "e-3", person__name="d")
        assert pulling.sync() == {"edited": 1}
        assert len(pulling.stored(1).chain) == 3

    def test_a_record_that_was_edited_before_it_was_ever_pulled_joins_what_the_phone_sent(self, pulling: Any) -> None:
        sent = pulling.phone(pulling.household.answers("uuid:u-1"))
        pulling.kobo.add(1, person__name="Amal")
        pulling.kobo.edit(1, "e-1", person__name="b")
        pulling.kobo.edit(1, "e-2", person__name="c")
        assert pulling.sync() == {"edited": 1}
        assert sent.submission_id in pulling.stored(1).chain

    def test_an_edit_of_what_a_phone_has_edited_here_goes_to_quarantine(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.sync()
        pulling.phone(pulling.household.answers("uuid:p-1", replaces="uuid:u-1"))
        pulling.kobo.edit(1, "e-1", person__name="b")
        assert pulling.sync() == {"refused": 1}
        assert [code for code, _, _ in pulling.household.quarantine()] == ["INGEST-006"]

    def test_a_record_that_appears_behind_the_position_is_found(self, pulling: Any) -> None:
        """Numbers are given before records are committed, so a lower one may appear later."""
        pulling.kobo.add(5)
        pulling.sync()
        pulling.kobo.add(4)
        assert pulling.sync(sweep=False) == {}
        assert pulling.sync() == {"new": 1}


class TestDeletions:
    def test_what_is_gone_there_is_marked_and_kept(self, pulling: Any) -> None:
        pulling.kobo.cap = 2
        for number in range(1, 8):
            pulling.kobo.add(number, person__name="Amal")
        pulling.sync()
        for number in (1, 4, 5, 7):
            del pulling.kobo.records[number]
        assert pulling.sync() == {"deleted": 4}
        marked = pulling.rows("number", "pulled WHERE deleted_at IS NOT NULL ORDER BY number")
        assert [number.int for (number,) in marked] == [1, 4, 5, 7]
        assert pulling.answers(7).values == {NAME: "Amal"}
        assert pulling.sync() == {}

    def test_of_much_that_is_gone_some_is_marked_at_a_time(self, pulling: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(import_module("ingest.pull.compare"), "AT_ONCE", 2)
        for number in range(1, 9):
            pulling.kobo.add(number)
        pulling.sync()
        for number in range(2, 9):
            del pulling.kobo.records[number]
        assert pulling.sync() == {"deleted": 7}
        with pulling.household.zone(Zone.AUDIT) as session:
            lines = audited_entries(session, action=Action.RECEIVED)
            assert [line.count for line in lines if line.detail.get("change") == "deleted"] == [1, 2, 2, 2]

    def test_what_comes_back_is_not_gone_any_more(self, pulling: Any) -> None:
        record = pulling.kobo.add(1)
        pulling.kobo.add(2)
        pulling.sync()
        del pulling.kobo.records[1]
        pulling.sync()
        pulling.kobo.records[1] = record
        assert pulling.sync() == {}
        assert pulling.rows("number", "pulled WHERE deleted_at IS NOT NULL") == []

    def test_what_was_taken_in_while_the_list_was_on_its_way_is_not_gone(self, pulling: Any) -> None:
        for number in (1, 3):
            pulling.kobo.add(number)
        listed = [read_listed(pulling.kobo.records[number]) for number in (1, 3)]
        pulling.kobo.add(2)
        pulling.sync(sweep=False)
        with pulling.household.zone(Zone.COLLECTION) as session:
            found = compare(session, pulling.household.ring, pulling.source, listed, after=0, position=1)
        assert found == Compared(frozenset(), deleted=0, validated=0)

    def test_a_server_that_shows_nothing_at_all_has_not_lost_everything(self, pulling: Any) -> None:
        pulling.kobo.add(1)
        pulling.sync()
        pulling.kobo.records.clear()
        with pytest.raises(SourceEmptied):
            pulling.sync()
        assert pulling.rows("number", "pulled WHERE deleted_at IS NOT NULL") == []


def test_a_validation_is_kept_beside_the_record(pulling: Any) -> None:
    pulling.kobo.add(1)
    pulling.sync()
    pulling.kobo.records[1]["_validation_status"] = {"uid": "validation_status_approved", "by_whom": "somebody"}
    assert pulling.sync() == {"validated": 1}
    assert pulling.rows("validation") == [("approved",)]
    assert pulling.sync() == {}


class TestFiles:
    def test_a_submission_awaits_its_files_and_is_whole_with_them(self, pulling: Any) -> None:
        pulling.kobo.add(1, photo="my house.jpg", member=[{"member/portrait": "rim.jpg"}])
        pulling.kobo.attach(1, "my_house.jpg", b"a house")
        assert pulling.sync(sweep=False) == {"new": 1, "waiting": 1}
        assert pulling.household.awaiting() == []
        pulling.kobo.attach(1, "rim.jpg", b"a face")
        assert pulling.sync() == {}
        assert {file.name: file.content for file in pulling.stored(1).files} == {
            "my house.jpg": b"a house",
            "rim.jpg": b"a face",
        }
        assert pulling.household.awaiting() == [pulling.submission_of(1)]

    def test_a_file_that_was_deleted_there_is_not_waited_for(self, pulling: Any) -> None:
        pulling.kobo.add(1, photo="house.jpg")
        pulling.kobo.attach(1, "house.jpg", b"a house", deleted=True)
        assert pulling.sync() == {"new": 1}
        assert pulling.stored(1).files == ()
        assert len(pulling.household.awaiting()) == 1

    def test_the_token_is_for_its_own_server_alone(self, pulling: Any) -> None:
        pulling.kobo.add(1, photo="house.jpg")
        pulling.kobo.attach(1, "house.jpg", b"a house")
        there = pulling.kobo.records[1]["_attachments"][0]
        there["download_url"] = there["download_url"].replace("127.0.0.1", "localhost")
        assert pulling.sync(sweep=False) == {"new": 1, "waiting": 1}


class TestErasure:
    def test_what_was_erased_is_not_pulled_again(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.kobo.add(2)
        pulling.sync()
        pulling.erase(1)
        asked = len(pulling.kobo.asked)
        assert pulling.sync() == {}
        assert not any("%24in" in path for path in pulling.kobo.asked[asked:])  # not even fetched
        assert [number.int for (number,) in pulling.rows("number")] == [2]

    def test_neither_is_its_edit_there_nor_what_a_phone_sends_of_that(self, pulling: Any) -> None:
        pulling.kobo.add(1, person__name="Amal")
        pulling.sync()
        pulling.erase(1)
        pulling.kobo.edit(1, "e-1", person__name="Amal N.")
        assert pulling.sync() == {}
        assert pulling.phone(pulling.household.answers("uuid:u-1")).outcome is Outcome.ERASED
        assert pulling.rows("number") == []

    def test_what_a_phone_sent_and_was_erased_is_not_pulled(self, pulling: Any) -> None:
        sent = pulling.phone(pulling.household.answers("uuid:u-1"))
        with pulling.household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, pulling.household.ring, "TEST", [sent.submission_id], Tally())
        pulling.kobo.add(1, person__name="Amal")
        assert pulling.sync(sweep=False) == {"erased": 1}
        assert pulling.household.quarantine() == []
