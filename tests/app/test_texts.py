"""Texts of the pages behind the sign-in: the same keys in every language, and no two groups that mean different things."""

import tomllib
from collections import Counter

import pytest

import app.cli.main  # noqa: F401  (so that every problem is known)
import exports
from app.web.page_groups import GROUPS
from app.web.problems import CODE_STATUS
from app.web.signed_in_page import HERE
from core.errors import catalogue

NAMES = sorted({group.texts for group in GROUPS})


def keys(name: str, language: str) -> dict[str, str]:
    return tomllib.loads((HERE / "texts" / f"{name}.{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", exports.LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_language_says_everything(name: str, language: str) -> None:
    assert keys(name, language).keys() == keys(name, "en").keys()
    assert all(text.strip() for text in keys(name, language).values())


def test_no_text_of_one_group_stands_in_for_anothers() -> None:
    frame = tomllib.loads((HERE / "texts" / "en.toml").read_text(encoding="utf-8"))
    times = Counter([*frame, *(key for name in NAMES for key in keys(name, "en"))])
    assert [key for key, count in times.items() if count > 1] == []


def test_the_texts_of_problems_are_of_problems_there_are_and_the_same_in_each_language() -> None:
    """English is what the problem itself says."""
    french, arabic = keys("problems", "fr"), keys("problems", "ar")
    assert french.keys() == arabic.keys()
    assert french.keys() <= {f"problem_{kind.code}" for kind in catalogue()}
    assert french.keys() & {key for name in NAMES for key in keys(name, "fr")} == set()


def test_every_problem_with_an_answer_of_its_own_has_a_text() -> None:
    told = keys("problems", "fr").keys() | {key for name in NAMES for key in keys(name, "fr")}
    assert {f"problem_{code}" for code in CODE_STATUS} - told == set()
