"""What KoboToolbox exports: each row is the record that a phone or a pull would have brought."""

import contextlib
import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from core.database import Zone
from core.errors import Problem
from ingest import Outcome
from ingest.kobo.read_record import read_record
from ingest.pull import take_in
from ingest.sources import add_source
from tests.app.test_import.conftest import Desk, outcomes

MAIN = ["person/name", "photo", "photo_URL", "_id", "_uuid", "_submission_time", "__version__", "_index"]
MEMBERS = ["member/member_name", "member/portrait", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"]
ILLNESSES = ["member/illness/symptom", "_index", "_parent_table_name", "_parent_index"]
HOUSEHOLD = {
    "Household": [
        MAIN,
        ["Amal", None, None, 7, "u-1", "2026-08-01", "v", 1],
        ["Badr", None, None, 8, "u-2", "2026-08-01", "v", 2],
    ],
    "member": [MEMBERS, ["Idris", None, 1, "Household", 1, "u-1"], ["Leila", None, 2, "Household", 1, "u-1"]],
    "illness": [ILLNESSES, ["fever", 1, "member", 2], ["cough", 2, "member", 2]],
}
BODY = (
    "<person><name>Amal</name></person><member><member_name>Idris</member_name></member><member><member_name>Leila</member_name>"
    "<illness><symptom>fever</symptom></illness><illness><symptom>cough</symptom></illness></member>"
)
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def write(path: Path, sheets: Sheets) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "household.xlsx", HOUSEHOLD)


class TestOneRecordWhicheverWayItCame:
    def test_the_phone_first(self, desk: Desk, export: Path) -> None:
        desk.household.send(desk.household.answers("uuid:u-1", body=BODY))
        assert outcomes(desk.table(export)) == ["resent", "accepted"]

    def test_the_export_first(self, desk: Desk, export: Path) -> None:
        assert outcomes(desk.table(export)) == ["accepted", "accepted"]
        assert desk.household.send(desk.household.answers("uuid:u-1", body=BODY)).outcome is Outcome.RESENT
        other = desk.household.answers("uuid:u-2", body=BODY)
        assert desk.household.send(other).outcome is Outcome.CONFLICTING

    @pytest.mark.parametrize("pulled_first", [True, False])
    def test_a_pull(self, desk: Desk, export: Path, pulled_first: bool) -> None:
        record = {"_id": 8, "_uuid": "u-2", "meta/instanceID": "uuid:u-2", "person/name": "Badr"}
        told = [] if pulled_first else outcomes(desk.table(export))
        with desk.household.zone(Zone.COLLECTION) as session:
            ring = desk.household.ring
            given = {"address": "https://kobo.example", "asset": "a", "form_id": "household", "token": "t"}
            source = add_source(session, ring, "TEST", **given)
            taken = take_in(session, ring, source, [read_record(record, json.dumps(record))])
        assert (taken.new, taken.known) == ((1, 0) if pulled_first else (0, 1))
        told = told or outcomes(desk.table(export))
        assert told == (["accepted", "resent"] if pulled_first else ["accepted", "accepted"])

    def test_the_same_file_again_costs_no_write(self, desk: Desk, tmp_path: Path) -> None:
        bad = {**HOUSEHOLD, "Household": [*HOUSEHOLD["Household"], ["Cyra", None, None, 9, None, "", "v", 3]]}
        path = write(tmp_path / "bad.xlsx", bad)
        assert outcomes(desk.table(path)) == ["accepted", "accepted", "malformed"]
        written, lines = desk.written(), desk.lines()
        assert outcomes(desk.table(path)) == ["resent", "resent", "malformed"]
        assert (desk.written(), desk.lines()) == (written, lines)

    def test_an_edit_takes_the_place_of_what_it_names(self, desk: Desk, tmp_path: Path) -> None:
        desk.household.send(desk.household.answers("uuid:u-1", body=BODY))
        rows = [["person/name", "_uuid", "meta/rootUuid"], ["Amal B.", "u-5", "u-1"]]
        assert outcomes(desk.table(write_csv(tmp_path / "a.csv", rows))) == ["edited"]
        assert len(desk.household.awaiting()) == 1


def test_headers_and_choices_may_be_labels_and_choices_have_columns(desk: Desk, tmp_path: Path) -> None:
    """As exports in a language are, whose columns for all choices cannot be taken apart."""
    desk.publish_choices()
    rows = [
        ["The group/Sex", "Needs", "Needs/Drinking water", "Needs/Food", "_Where_latitude", "born", "count", "_uuid"],
        ["Female", "Drinking water Food", 1, "1", "2.0", "2001-05-06", 3.0, "u-1"],
        ["male", "food", 0, 0, None, None, None, "u-2"],
        ["Unknown", None, None, None, None, None, None, "u-3"],
        [None, None, None, None, None, "05/06/2001", None, "u-4"],
        [None, None, None, None, None, None, "three", "u-5"],
    ]
    told = desk.table(write(tmp_path / "a.xlsx", {"Choices": rows}), form="choices")
    assert outcomes(told) == ["accepted", "accepted", "malformed", "malformed", "malformed"]
    assert [one.problem.where["column"] for one in told[2:]] == ["The group/Sex", "born", "count"]
    assert "Unknown" not in str(told[2].problem)
    answers = "<sex>f</sex><needs>water food</needs><born>2001-05-06</born><count>3</count>"
    assert desk.send_choices("uuid:u-1", answers) is Outcome.RESENT
    assert desk.send_choices("uuid:u-2", "<sex>m</sex><needs>food</needs>") is Outcome.RESENT


def test_the_files_of_a_record_lie_in_a_folder_or_are_waited_for(desk: Desk, tmp_path: Path) -> None:
    rows = [["person/name", "photo", "_uuid"], ["Amal", "face.jpg", "u-1"], ["Badr", "../secret", "u-2"]]
    path = write_csv(tmp_path / "a.csv", rows)
    assert [one.complete for one in desk.table(path)] == [False, False]
    (tmp_path / "media" / "attachments" / "u-1").mkdir(parents=True)
    (tmp_path / "media" / "attachments" / "u-1" / "face.jpg").write_bytes(b"\xff\xd8 a face")
    (tmp_path / "media" / "attachments" / "u-2").mkdir()
    (tmp_path / "media" / "attachments" / "secret").write_bytes(b"somebody else's")
    told = desk.table(path, media=tmp_path / "media")
    assert [(one.outcome, one.complete) for one in told] == [(Outcome.FILES_ADDED, True), (Outcome.RESENT, False)]


def test_what_nothing_answers_is_told_before_anything_is_taken_in(desk: Desk, tmp_path: Path) -> None:
    rows = [["person/name", "person/nickname", "_uuid", "_notes"], ["Amal", "Amu", "u-1", ""]]
    path = write(tmp_path / "a.xlsx", {"Household": rows, "Notes of mine": [["a"], ["b"]]})
    notes = " ".join(desk.notes(path))
    assert "column 'person/nickname' answers no question" in notes
    assert "'Notes of mine' is no part of the export" in notes
    assert "No column answers /data/photo, /data/member/member_name" in notes
    assert "_notes" not in notes


@pytest.mark.parametrize("form", ["", "another"])
def test_a_table_answers_a_form_that_is_named(desk: Desk, export: Path, form: str) -> None:
    with pytest.raises(Problem) as refused:
        desk.table(export, form=form)
    assert refused.value.code == "INGEST-215"


class TestSheetsThatDoNotFit:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (
                {"member": [MEMBERS, ["Leila", None, 2, "Household", 2, ""], ["Idris", None, 1, "Household", 1, ""]]},
                "INGEST-210",
            ),
            ({"Household": [HOUSEHOLD["Household"][0], *HOUSEHOLD["Household"][:0:-1]]}, "INGEST-220"),
            ({"member": [MEMBERS, ["Idris", None, 1, "member", 1, ""]]}, "INGEST-209"),
            ({"Household": [[*MAIN, "photo"], *HOUSEHOLD["Household"][1:]]}, "INGEST-208"),
            ({"member": [MEMBERS, ["Idris", None, 1, "illness", 1, ""]]}, "INGEST-209"),
        ],
        ids=["entries out of order", "records out of order", "of itself", "column twice", "a ring"],
    )
    def test_nothing_of_the_file_is_taken_in(self, desk: Desk, tmp_path: Path, change: Any, code: str) -> None:
        with pytest.raises(Problem) as refused:
            desk.table(write(tmp_path / "a.xlsx", {**HOUSEHOLD, **change}))
        assert refused.value.code == code
        assert desk.household.awaiting() == []

    def test_entries_without_a_record_and_of_no_repeat_are_kept_aside(self, desk: Desk, tmp_path: Path) -> None:
        members = [MEMBERS, ["Idris", None, 1, "Household", 1, ""], ["Leila", None, 2, "Household", 5, ""]]
        animals = [["name", "_parent_table_name", "_parent_index"], ["goat", "Household", 2]]
        told = desk.table(
            write(tmp_path / "a.xlsx", {"Household": HOUSEHOLD["Household"], "member": members, "animals": animals})
        )
        assert outcomes(told) == ["accepted", "unknown_form", "malformed"]
        assert [(one.place.sheet, one.place.row) for one in told] == [("Household", 2), ("Household", 3), ("member", 3)]
        assert [code for code, _, _ in desk.household.quarantine()] == ["INGEST-065", "INGEST-063"]


class TestRepeatsAsColumns:
    """As older exports have them: the number of the entry stands in the header."""

    HEADERS = (
        "person/name",
        "member[1]/member_name",
        "member[2]/member_name",
        "member[2]/illness[1]/symptom",
        "member[2]/illness[2]/symptom",
        "_uuid",
    )

    def test_a_row_is_the_record_of_the_phone(self, desk: Desk, tmp_path: Path) -> None:
        desk.household.send(desk.household.answers("uuid:u-1", body=BODY))
        rows = [self.HEADERS, ["Amal", "Idris", "Leila", "fever", "cough", "u-1"], ["Badr", "n/a", "n/a", "n/a", "n/a", "u-2"]]
        path = write_csv(tmp_path / "a.csv", rows)
        assert outcomes(desk.table(path, no_answer="n/a")) == ["resent", "accepted"]
        desk.household.send(desk.household.answers("uuid:u-3", body=BODY))
        changed = write_csv(tmp_path / "b.csv", [self.HEADERS, ["Amal", "Idris", "Leila", "cough", "fever", "u-3"]])
        assert outcomes(desk.table(changed)) == ["conflicting"]

    def test_an_entry_that_says_nothing_keeps_its_place(self, desk: Desk, tmp_path: Path) -> None:
        body = "<person><name>Amal</name></person><member/><member><member_name>Leila</member_name></member>"
        desk.household.send(desk.household.answers("uuid:u-1", body=body))
        path = write_csv(tmp_path / "a.csv", [self.HEADERS, ["Amal", "", "Leila", "", "", "u-1"]])
        assert outcomes(desk.table(path)) == ["resent"]

    def test_what_names_no_question_of_a_repeat_is_listed(self, desk: Desk, tmp_path: Path) -> None:
        odd = ["person[1]/name", "member/member_name", "member[0]/member_name", "member[1000]/member_name", "member[1]/colour"]
        path = write_csv(tmp_path / "a.csv", [["person/name", *odd, "_uuid"], ["Amal", *"xxxxx", "u-1"]])
        listed = [note for note in desk.notes(path) if note.startswith("Sheet")]
        assert listed == [f"Sheet 'CSV', column '{header}' answers no question of the form." for header in odd]


class TestHostileFiles:
    def test_one_that_was_damaged_anywhere_is_refused_and_never_fails_otherwise(self, desk: Desk, export: Path) -> None:
        whole = export.read_bytes()
        for place in range(0, len(whole), len(whole) // 15):
            export.write_bytes(whole[:place] + bytes(20) + whole[place + 20 :])
            with contextlib.suppress(Problem):  # or the damage hit what is not read
                desk.table(export)

    def test_what_is_no_table(self, desk: Desk, tmp_path: Path) -> None:
        packed = tmp_path / "packed.xlsx"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("[Content_Types].xml", "<a/>")
            archive.writestr("word/document.xml", "<a/>")
        for name, content in {
            "a.xls": b"\xd0\xcf\x11\xe0old",
            "b.pdf": b"%PDF-1.7",
            "c.xlsx": b"PK\x03\x04broken off",
            "d": b"\0\0",
        }.items():
            (tmp_path / name).write_bytes(content)
            assert self.refused(desk, tmp_path / name) == "INGEST-211"
        assert self.refused(desk, packed) == "INGEST-211"

    def test_one_that_unpacks_to_more_than_is_read(self, desk: Desk, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingest.tables.read_workbook.LARGEST_SHEET", 500)
        assert self.refused(desk, export) == "INGEST-212"

    def test_one_whose_rows_have_no_end(self, desk: Desk, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingest.tables.read_workbook.MOST_AT_ONCE", 500)
        monkeypatch.setattr("ingest.tables.plain_rows.LONGEST", 100)
        monkeypatch.setattr("ingest.tables.plain_rows.PIECE", 700)
        assert self.refused(desk, export) == "INGEST-213"

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
    def test_one_that_declares_entities(self, desk: Desk, export: Path, part: str, tmp_path: Path) -> None:
        hostile = tmp_path / "hostile.xlsx"
        with zipfile.ZipFile(export) as good, zipfile.ZipFile(hostile, "w") as bad:
            for name in good.namelist():
                content = good.read(name)
                if name == part:
                    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
                    content = content.replace(b"?>\n", b"?>\n" + bomb, 1).replace(b"Amal", b"&c;")
                bad.writestr(name, content)
        assert self.refused(desk, hostile) in {"INGEST-211", "INGEST-213"}
        assert desk.household.awaiting() == []

    def test_one_that_breaks_off_keeps_what_came_before_and_goes_on(self, desk: Desk, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(b'person/name,_uuid\nAmal,u-1\nBadr,u-2\n"Cyra,u-3\n')
        assert self.refused(desk, path) == "INGEST-213"
        path.write_bytes(path.read_bytes().replace(b'"Cyra', b"Cyra"))
        assert sorted(outcomes(desk.table(path))) in (["accepted"] * 3, ["accepted", "resent", "resent"])

    def test_text_in_another_encoding_is_refused_until_it_is_named(self, desk: Desk, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [["person/name", "_uuid"], ["Zoe", "u-1"], ["أمل", "u-2"]], "windows-1256")
        with pytest.raises(Problem) as refused:
            desk.table(path)
        assert (refused.value.code, refused.value.where["line"]) == ("INGEST-214", 3)
        assert outcomes(desk.table(path, encoding="windows-1256")) == ["accepted", "accepted"]
        assert (
            desk.household.send(desk.household.answers("uuid:u-2", body="<person><name>أمل</name></person>")).outcome
            is Outcome.RESENT
        )

    def refused(self, desk: Desk, path: Path) -> str:
        with pytest.raises(Problem) as problem:
            desk.table(path)
        return problem.value.code
