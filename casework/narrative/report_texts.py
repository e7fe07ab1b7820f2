"""The sentences of a draft, in each language (`texts/<language>.toml`)."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date

__all__ = ["Spoken", "spoken_in"]

TEXTS: Final = Path(__file__).parent / "texts"
NAMED: Final = re.compile(r"\{(\w+)\}")
PIECES: Final = "|"


class Spoken:
    """One language: sentences with `{names}` that are filled in, in pieces parted by `|`. A piece is left out where a name in
    it has nothing to fill in."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = _read(language)

    def say(self, key: str, **filled: str) -> str:
        """The sentence; empty for one that there is not, or of which nothing is known."""
        pieces = self._texts.get(key, "").split(PIECES)
        return "".join(piece.format(**filled) for piece in pieces if all(filled.get(name) for name in NAMED.findall(piece)))

    def day(self, day: date | str) -> str:
        """A day in words; empty for none."""
        if not day:
            return ""
        return format_date(date.fromisoformat(day) if isinstance(day, str) else day, "d MMMM y", locale=self.language)


@cache
def spoken_in(language: str) -> Spoken:
    """One of the languages of `core.languages`."""
    return Spoken(language)


@cache
def _read(language: str) -> Mapping[str, str]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
