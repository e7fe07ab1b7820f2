"""What kinds of entries and their fields are called, in every language (`texts`): on pages and in access packs; and, beside
a field that somebody fills in, what belongs there."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["case_words"]

TEXTS: Final = Path(__file__).parent / "texts"


@cache
def case_words(language: str) -> Mapping[str, str]:
    """By `kind_<kind>`, `field_<name>` and `hint_<name>`, in one of the languages of `core.languages`."""
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
