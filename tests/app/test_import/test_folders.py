"""Folders of phones and of ODK Briefcase: each answer is the same submission as if its phone had sent it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from core.database import Zone
from core.erasure import Tally
from ingest import Outcome, Receipt, UploadedFile, erase_submissions
from tests.app.test_import.conftest import LARGEST, Desk, outcomes
from tests.ingest.test_open_encrypted import Office

PHOTO = b"\xff\xd8 a face"
WITH_PHOTO = "<photo>face.jpg</photo>"


def briefcase(xml: bytes) -> bytes:
    """The answers as ODK Briefcase writes them."""
    return xml.replace(
        b"<data ", b'<data submissionDate="2026-11-01" isComplete="true" xmlns="http://opendatakit.org/submissions" '
    )


def test_a_card_is_taken_in_with_its_files_and_read_back_as_it_was(desk: Desk) -> None:
    xml = desk.household.answers("uuid:1", body=WITH_PHOTO)
    desk.instance("Household_2026-11-01", xml, {"face.jpg": PHOTO, ".hidden": b"x"})
    desk.instance("Household_2026-11-02", desk.household.answers("uuid:2"))
    assert outcomes(desk.folder()) == ["accepted", "accepted"]
    stored = [desk.household.read(Receipt(Outcome.ACCEPTED, one, complete=True)) for one in desk.household.awaiting()]
    [with_photo] = [one for one in stored if one.xml == xml]
    assert with_photo.files == (UploadedFile("face.jpg", "image/jpeg", PHOTO),)
    assert {one.collector.partition(":")[0] for one in stored} == {"folder"}


def test_the_same_card_again_is_known_without_a_write(desk: Desk) -> None:
    desk.instance("one", desk.household.answers("uuid:1", body=WITH_PHOTO), {"face.jpg": PHOTO})
    desk.instance("two", b"broken off")
    assert outcomes(desk.folder()) == ["accepted", "malformed"]
    written, lines = desk.written(), desk.lines()
    assert outcomes(desk.folder()) == ["resent", "malformed"]
    assert (desk.written(), desk.lines()) == (written, lines)


class TestOneRecordWhicheverWayItCame:
    """A phone first or a folder first, as Collect keeps it or as Briefcase wrote it anew."""

    @pytest.mark.parametrize("written", [bytes, briefcase], ids=["collect", "briefcase"])
    def test_the_phone_first(self, desk: Desk, written: Any) -> None:
        xml = desk.household.answers("uuid:1")
        desk.household.send(xml)
        desk.instance("uuid1", written(xml), answers="submission.xml")
        assert outcomes(desk.folder()) == ["resent"]

    @pytest.mark.parametrize("written", [bytes, briefcase], ids=["collect", "briefcase"])
    def test_the_folder_first(self, desk: Desk, written: Any) -> None:
        xml = desk.household.answers("uuid:1")
        desk.instance("uuid1", written(xml), answers="submission.xml")
        assert outcomes(desk.folder()) == ["accepted"]
        assert desk.household.send(xml).outcome is Outcome.RESENT
        assert len(desk.household.awaiting()) == 1

    def test_what_the_card_has_more_of_is_added(self, desk: Desk) -> None:
        xml = desk.household.answers("uuid:1", body=WITH_PHOTO)
        desk.household.send(xml)
        assert desk.household.awaiting() == []
        desk.instance("one", xml, {"face.jpg": PHOTO})
        assert outcomes(desk.folder()) == ["files_added"]
        assert len(desk.household.awaiting()) == 1

    def test_an_edit_replaces_and_other_answers_are_kept_aside(self, desk: Desk) -> None:
        desk.household.send(desk.household.answers("uuid:1"))
        desk.instance("a", desk.household.answers("uuid:2", body="", replaces="uuid:1"))
        desk.instance("b", desk.household.answers("uuid:1", body=""))
        desk.instance("c", desk.household.answers("uuid:3", replaces="uuid:1"))
        assert outcomes(desk.folder()) == ["edited", "conflicting", "stale_edit"]
        assert [code for code, _, _ in desk.household.quarantine()] == ["INGEST-006", "INGEST-004"]
        assert len(desk.household.awaiting()) == 1

    def test_what_was_erased_is_not_kept_again_nor_an_edit_of_it(self, desk: Desk) -> None:
        receipt = desk.household.send(desk.household.answers("uuid:1"))
        with desk.household.zone(Zone.CASEWORK) as session:
            erase_submissions(session, desk.household.ring, "TEST", [receipt.submission_id], Tally())
        desk.instance("one", desk.household.answers("uuid:1"))
        desk.instance("two", desk.household.answers("uuid:2", replaces="uuid:1").replace(b'version="1"', b'version="9"'))
        assert outcomes(desk.folder()) == ["erased", "erased"]
        assert (desk.household.awaiting(), desk.household.quarantine()) == ([], [])
        assert desk.household.send(desk.household.answers("uuid:2")).outcome is Outcome.ERASED


class TestWhatCannotBeTakenIn:
    def test_it_lies_in_quarantine_as_it_was_and_holds_up_no_other(self, desk: Desk) -> None:
        bad = {
            "b-broken": b"<data id='household'><person>",
            "c-nameless": b'<data id="household" version="1"><person><name>Amal</name></person></data>',
            "d-version": desk.household.answers("uuid:9").replace(b'version="1"', b'version="9"'),
            "e-entities": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="household">&x;</data>',
        }
        desk.instance("a-good", desk.household.answers("uuid:1"))
        for name, xml in bad.items():
            desk.instance(name, xml, {"face.jpg": PHOTO})
        told = desk.folder()
        assert outcomes(told) == ["accepted", "malformed", "malformed", "unknown_form", "malformed"]
        assert {xml for _, xml, _ in desk.household.quarantine()} == set(bad.values())
        assert {file.content for _, _, files in desk.household.quarantine() for file in files} == {PHOTO}
        assert told[1].place.file == "instances/b-broken/b-broken.xml"

    def test_a_link_is_not_followed_and_what_is_too_large_not_read(self, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"not on the card")
        (tmp_path / "elsewhere").mkdir()
        folder = desk.instance("one", desk.household.answers("uuid:1", body="<photo>face.jpg</photo>"))
        (folder / "face.jpg").symlink_to(tmp_path / "secret")
        (desk.card / "instances" / "two").symlink_to(tmp_path / "elsewhere")
        desk.instance("wide", desk.household.answers("uuid:2"), {"film.mp4": bytes(LARGEST)})
        told = desk.folder()
        assert outcomes(told) == ["INGEST-206", "INGEST-206", "accepted", "INGEST-204"]
        assert desk.household.awaiting() == []  # it waits for its photo

    def test_which_of_two_are_the_answers_is_not_guessed(self, desk: Desk) -> None:
        folder = desk.instance("one", b"<a/>", {"b.xml": b"<b/>"}, answers="a.xml")
        assert outcomes(desk.folder()) == ["INGEST-203"]
        (folder / "b.xml").unlink()
        assert outcomes(desk.folder()) == ["malformed"]


def test_what_a_phone_encrypted_is_opened_where_all_such_answers_are(desk: Desk) -> None:
    office = Office(desk.household)
    encrypted = office.encrypted("uuid:1")
    folder = desk.instance("Household_1", encrypted.manifest, encrypted.files, answers="submission.xml")
    [name, *_] = encrypted.files
    (folder / name).rename(desk.card / name)
    assert [one.complete for one in desk.folder()] == [False]
    (desk.card / name).rename(folder / name)
    [told] = desk.folder()
    assert (told.outcome, told.complete) == (Outcome.FILES_ADDED, True)
    [submission] = office.unopened()
    assert office.open(Receipt(Outcome.ACCEPTED, submission, complete=True)) is Outcome.ACCEPTED
    assert desk.household.awaiting() == [submission]


def test_drafts_are_left_where_the_phone_says_that_they_are_drafts(desk: Desk) -> None:
    for name, instance in (("draft", "uuid:1"), ("finished", "uuid:2"), ("unlisted", "uuid:3")):
        desk.instance(name, desk.household.answers(instance))
    (desk.card / "metadata").mkdir()
    with sqlite3.connect(desk.card / "metadata" / "instances.db") as listed:
        listed.execute("CREATE TABLE instances (instanceFilePath text, status text)")
        for name, status in (("draft", "incomplete"), ("finished", "complete")):
            listed.execute("INSERT INTO instances VALUES (?, ?)", (f"/sdcard/odk/instances/{name}/{name}.xml", status))
    listed.close()
    assert outcomes(desk.folder(dry_run=True)) == ["INGEST-205", "accepted", "accepted"]
    assert outcomes(desk.folder(dry_run=True, drafts=True)) == ["accepted"] * 3
    (desk.card / "metadata" / "instances.db").write_bytes(b"no list")
    assert outcomes(desk.folder(dry_run=True)) == ["accepted"] * 3


def test_a_list_that_never_ends_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.from_files.phone_list.MOST_TURNS", 2)
    desk.instance("draft", desk.household.answers("uuid:1"))
    (desk.card / "metadata").mkdir()
    endless = (
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS instanceFilePath, x AS status FROM n"
    )
    with sqlite3.connect(desk.card / "metadata" / "instances.db") as listed:
        listed.execute(f"CREATE VIEW instances AS {endless}")
    listed.close()
    assert outcomes(desk.folder()) == ["accepted"]


def test_the_forms_that_lie_beside_are_passed_by(desk: Desk) -> None:
    """ODK Briefcase keeps a form in a folder of its name, and the answers below it."""
    form = desk.card / "forms" / "Household"
    form.mkdir(parents=True)
    (form / "Household.xml").write_bytes(b"<h:html xmlns:h='http://www.w3.org/1999/xhtml'/>")
    (form / "instances" / "uuid1").mkdir(parents=True)
    (form / "instances" / "uuid1" / "submission.xml").write_bytes(briefcase(desk.household.answers("uuid:1")))
    assert outcomes(desk.folder()) == ["accepted"]


def test_a_dry_run_tells_what_an_import_does_and_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a record and its copy lie in batches of their own."""
    monkeypatch.setattr("ingest.from_files.batches.MOST_RECORDS", 2)
    desk.household.send(desk.household.answers("uuid:known"))
    answers = [("uuid:1", "", ""), ("uuid:known", "<person><name>Amal</name></person>", ""), ("uuid:1", "", "")]
    answers += [("uuid:1", "<photo>late.jpg</photo>", ""), ("uuid:2", "", "uuid:known"), ("uuid:3", "", "uuid:known")]
    answers.insert(5, ("uuid:1", "", ""))
    for number, (instance, body, replaces) in enumerate(answers):
        desk.instance(f"{number}", desk.household.answers(instance, body=body, replaces=replaces))
    desk.instance("9", b"broken off")
    before = desk.written()
    told = desk.folder(dry_run=True)
    assert desk.written() == before
    expected = ["accepted", "resent", "resent", "conflicting", "edited", "resent", "stale_edit", "malformed"]
    assert outcomes(told) == outcomes(desk.folder()) == expected
