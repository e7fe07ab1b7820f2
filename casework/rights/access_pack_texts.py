"""The words of an access pack besides the questions of the forms (`texts/<language>.toml`)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["texts_of", "words_of"]

TEXTS: Final = Path(__file__).parent / "texts"


def texts_of(language: str) -> Mapping[str, str]:
    """The sentences and headings of the page, with `{placeholders}`."""
    return _read(language)["texts"]


def words_of(language: str) -> Mapping[str, str]:
    """Codes of ours in words; one that is not here is shown as it is."""
    return _read(language)["words"]


@cache
def _read(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
