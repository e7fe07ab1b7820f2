"""The sentences: every language can say everything, with the same numbers in it."""

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import core.languages
import exports
from exports.languages import LANGUAGES, code_names, language

FOLDER = Path(exports.__file__).parent
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def _texts(code: str) -> dict[str, str | dict[str, str]]:
    return dict(_flat(tomllib.loads((FOLDER / "texts" / f"{code}.toml").read_text(encoding="utf-8"))))


def _codes(code: str) -> dict[str, str | dict[str, str]]:
    return dict(_flat(code_names(code)))


def _flat(texts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | dict[str, str]]]:
    for key, value in texts.items():
        if isinstance(value, dict) and not value.keys() <= PLURALS:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _placeholders(text: str | dict[str, str]) -> list[set[str]]:
    forms = text.values() if isinstance(text, dict) else [text]
    return [{name for _, name, _, _ in string.Formatter().parse(form) if name} for form in forms]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(code: str) -> None:
    english, other = _texts("en"), _texts(code)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert {frozenset(names) for names in _placeholders(text)} == {
            frozenset(names) for names in _placeholders(other[key])
        }, key


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_counted_text_has_every_plural_form_of_its_language(code: str) -> None:
    forms = {"other", *language(code).locale.plural_form.tags}
    counted = {key: text for key, text in _texts(code).items() if isinstance(text, dict)}
    assert {"persons", "reports"} <= counted.keys()
    assert all(set(text) == forms for text in counted.values())


@pytest.mark.parametrize("code", LANGUAGES)
def test_texts_hold_no_numbers_of_their_own(code: str) -> None:
    """A figure in a report comes from a released cell, never from a translator; ages are part of a code's name."""
    written = {key: text for key, text in _texts(code).items() if re.search(r"\d", str(text))}
    assert written.keys() == {"figures.children", "summary.people"}


@pytest.mark.parametrize("code", core.languages.LANGUAGES)
def test_every_language_of_the_pages_names_every_code_with_the_same_numbers(code: str) -> None:
    names, english = _codes(code), _codes("en")
    assert names.keys() == english.keys()
    ages = [key for key in names if key.startswith("age")]
    assert [re.findall(r"\d+", str(names[key])) for key in ages] == [re.findall(r"\d+", str(english[key])) for key in ages]


def test_every_text_is_used() -> None:
    """A translator's work is not wasted on sentences that nobody reads."""
    sources = "\n".join(path.read_text() for path in [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*")])
    unused = [
        key
        for key in _texts("en")
        if not key.startswith(
            ("figures.", "summary.", "method.", "matrix.", "month.", "year.", "screenings.", "casework.", "caseload.")
        )
        and f'"{key}"' not in sources.replace("'", '"')
    ]
    assert unused == []


def test_a_monthly_report_says_otherwise_only_what_a_weekly_one_says_too() -> None:
    texts = _texts("en")
    assert {key.removeprefix("month.") for key in texts if key.startswith("month.")} < texts.keys()


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [language(code).persons(12345) for code in LANGUAGES] == ["12,345 persons", "12\u202f345 personnes", "12,345 شخصًا"]
    assert language("ar").persons(7) == "7 أشخاص"
    assert language("en").number(None) == "*"


def test_a_change_keeps_its_sign_before_its_number_in_arabic() -> None:
    assert [language(code).change(-1500) for code in LANGUAGES] == ["-1,500", "-1\u202f500", "\u200e-1,500"]
