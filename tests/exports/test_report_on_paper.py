"""The report on paper: tagged, in its language, with the same content and no trace of the machine that made it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from exports import LANGUAGES, Release
from exports.errors import LetterMissing
from exports.languages import language


def _pdf(release: Release, code: str) -> PdfReader:
    return PdfReader(release.folder / f"report.{code}.pdf")


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_is_tagged_and_states_its_language(release: Release, code: str) -> None:
    root: Any = _pdf(release, code).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == code
    assert root["/StructTreeRoot"]


def test_arabic_is_read_from_right_to_left(release: Release) -> None:
    preferences: Any = _pdf(release, "ar").root_object["/ViewerPreferences"]
    assert preferences["/Direction"] == "/R2L"


@pytest.mark.parametrize("code", LANGUAGES)
def test_its_date_is_the_release_s(release: Release, code: str) -> None:
    metadata = _pdf(release, code).metadata
    assert metadata
    assert metadata.creation_date
    assert abs(metadata.creation_date - release.edition.made_at) < timedelta(seconds=1)


def test_it_says_what_the_page_says(release: Release) -> None:
    total = release.edition.persons("movements", ("_T", "_T", "_T"))
    text = " ".join("".join(page.extract_text() for page in _pdf(release, "en").pages).split())
    assert "Marenda <response>" in text
    assert f"{language('en').number(total)} persons arrived" in text
    assert "Costa & Verde" in text


def test_a_name_that_the_fonts_cannot_show_is_refused(build: Any, tmp_path: Path) -> None:
    with pytest.raises(LetterMissing, match="cannot be set on paper") as refusal:
        build(tmp_path / "week", operation_names={"en": "ማረንዳ"})
    assert refusal.value.code == "EXPORT-006"
    assert not list(tmp_path.iterdir())
