"""Texts of pages and phones: the same keys in every language, and no two groups that mean different things."""

import re
from collections import Counter

import pytest

import app.cli.main  # noqa: F401  (so that every problem is known)
from app.web.languages import TEXTS, read_texts
from app.web.page_groups import GROUPS
from app.web.problems import CODE_STATUS
from casework.case_file import FIELDS, case_words
from core.audit import Action, Purpose
from core.errors import catalogue
from core.languages import DEFAULT_LANGUAGE, LANGUAGES
from core.permissions import Right, Role
from core.second_person import Act

NAMES = sorted({group.texts for group in GROUPS})
READ = [*NAMES, "frame", "phones"]
NEVER_TYPED = {"rule", "score", "told", "basis", "digest", "holds"}  # fields of a case file that the program writes
OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    for name in READ:
        texts = read_texts(name, language)
        assert texts.keys() == read_texts(name, DEFAULT_LANGUAGE).keys(), name
        assert [key for key, text in texts.items() if not text.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_typed_as_it_stands_is_the_same_in_every_language(language: str) -> None:
    """Addresses, settings, keys and numbers; also what would be filled in, if a text of a page asked for it."""
    for name in READ:
        texts, english = read_texts(name, language), read_texts(name, DEFAULT_LANGUAGE)
        assert {key: _as_it_stands(texts[key]) for key in texts} == {key: _as_it_stands(english[key]) for key in english}


def test_the_names_of_columns_are_said_as_they_are_written() -> None:
    for language in LANGUAGES:
        hint = read_texts("elsewhere", language)["else_totals_hint"]
        assert all(word in hint for word in ("total", "counted", "otherwise")), language


def test_there_are_no_texts_of_a_group_or_language_that_nobody_reads() -> None:
    read = {f"{name}.{language}.toml" for name in READ for language in LANGUAGES}
    read |= {f"problems.{language}.toml" for language in OTHERS}
    assert {file.name for file in TEXTS.iterdir()} == read


def test_no_text_of_one_group_stands_in_for_anothers() -> None:
    times = Counter(key for name in (*NAMES, "frame") for key in read_texts(name, DEFAULT_LANGUAGE))
    assert [key for key, count in times.items() if count > 1] == []


def test_the_texts_of_problems_are_of_problems_there_are_and_the_same_in_each_language() -> None:
    """English is what the problem itself says."""
    first, *others = (read_texts("problems", language).keys() for language in OTHERS)
    assert [other for other in others if other != first] == []
    assert first <= {f"problem_{kind.code}" for kind in catalogue()}
    assert first & {key for name in NAMES for key in read_texts(name, DEFAULT_LANGUAGE)} == set()


def test_every_problem_with_an_answer_of_its_own_has_a_text() -> None:
    told = {key for name in ("problems", *NAMES) for key in read_texts(name, OTHERS[0])}
    assert {f"problem_{code}" for code in CODE_STATUS} - told == set()


def test_every_right_role_act_and_purpose_has_its_words() -> None:
    """Pages put them together from codes: one without words would be a page that fails."""
    texts = {key for name in NAMES for key in read_texts(name, DEFAULT_LANGUAGE)}
    named = {"right": Right, "role": Role, "did": Action, "for": Purpose, "appr_act": Act}
    assert {f"{word}_{code.value}" for word, codes in named.items() for code in codes} - texts == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_case_file_that_is_typed_says_what_belongs_there(language: str) -> None:
    typed = {field.name for fields in FIELDS.values() for field in fields} - NEVER_TYPED
    hints = {key.removeprefix("hint_") for key in case_words(language) if key.startswith("hint_")}
    assert hints == {*typed, "due"}
    assert case_words(language).keys() == case_words("en").keys()


def _as_it_stands(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}|/[a-z][\w-]*|WAYSTATION_\w+|age1|\d+", text))
