"""Texts of the pages behind the sign-in: the same keys in every language, and no two groups that mean different things."""

import tomllib
from collections import Counter

import pytest

import exports
from app.web.page_groups import GROUPS
from app.web.signed_in_page import HERE

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
