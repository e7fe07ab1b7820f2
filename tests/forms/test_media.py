"""A form's files: which it names, that none is missing, and that phones get text that they can read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forms import compile_workbook
from forms.errors import MediaMissing
from forms.media import media_named, read_media_files, refuse_missing_media


@pytest.fixture
def xform(workbook: Callable[..., bytes]) -> bytes:
    header = ["type", "name", "label", "media::image", "calculation", "appearance"]
    rows = [
        ["select_one_from_file towns.csv", "town", "Town", "", "", ""],
        ["select_one lots", "street", "Street", "", "", "search('streets')"],
        ["text", "who", "Who?", "face.png", "", ""],
        ["calculate", "found", "", "", "pulldata('people', 'name', 'id', ${who})", ""],
    ]
    choices = [["list_name", "name", "label"], ["lots", "code", "label"]]
    return compile_workbook(workbook(survey=[header, *rows], choices=choices), "x.md").xform


def test_every_file_that_a_form_refers_to_is_known(xform: bytes) -> None:
    assert media_named(xform) == {"towns.csv", "streets.csv", "face.png", "people.csv"}


def test_all_that_is_missing_is_named_at_once(xform: bytes) -> None:
    refuse_missing_media(xform, media_named(xform))
    with pytest.raises(MediaMissing, match=r"people\.csv, streets\.csv"):
        refuse_missing_media(xform, {"towns.csv", "face.png"})


def test_of_a_folder_what_is_needed_is_taken_and_text_becomes_utf_8_without_being_quoted(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_bytes("name\nÉvian\n".encode("cp1252"))
    (tmp_path / "face.png").write_bytes(b"\x89PNG\xff")
    (tmp_path / "letter.csv").write_text("to nobody")
    files, notes = read_media_files([tmp_path], frozenset({"towns.csv", "face.png", "people.csv"}))
    assert files == {"towns.csv": "name\nÉvian\n".encode(), "face.png": b"\x89PNG\xff"}
    assert notes == ["towns.csv is not in UTF-8; it was read as windows-1252."]
