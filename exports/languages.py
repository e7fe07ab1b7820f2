"""The languages of a report: every sentence it can say, and how each language writes numbers, dates and lists.

The sentences lie in `texts/<code>.toml`, one file a language, for a translator to edit: a text holds
`{placeholders}`; a text that depends on a count is a table with one entry for each plural form that the language
has (Unicode CLDR plural rules). What a monthly report says otherwise stands
under `[month]`. What the codes of fixed lists are called lies in `texts/codes/<code>.toml`, for pages of other languages
too; parts of the world are called what CLDR calls them. Digits are Western in all languages; separators follow CLDR.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from core.periods.month import Month
from core.periods.period import Period
from core.world_regions import REGIONS

__all__ = ["LANGUAGES", "NOT_SHOWN", "Language", "code_names", "language"]

LANGUAGES: Final = ("en", "fr", "ar")
LOCALES: Final = {"en": Locale("en", "GB"), "fr": Locale("fr"), "ar": Locale("ar")}  # en_GB: day before month
NOT_SHOWN: Final = "*"
TOLD_BY_WORLD: Final = ("nationality", "route")
TEXTS: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Language:
    """One language; `direction` is `ltr` or `rtl`."""

    code: str
    texts: dict[str, Any] = field(repr=False)
    locale: Locale = field(repr=False)

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    def say(self, key: str, count: int | None = None, /, **values: object) -> str:
        """The text under a dotted key, filled in; with `count`, in that number's plural form."""
        text = self.texts
        for part in key.split("."):
            text = text[part]
        if count is None:
            return str(text).format(**values)
        return str(text[self.locale.plural_form(count)]).format(count=self.number(count), **values)

    def number(self, persons: int | None) -> str:
        """A count with the language's separators; the one mark where it is not shown."""
        return NOT_SHOWN if persons is None else format_decimal(persons, locale=self.locale)

    def change(self, difference: int | None) -> str:
        """A difference with its sign; nothing where there is none to state."""
        if difference is None:
            return ""
        signed = format_decimal(difference, "+#,##0;-#,##0", self.locale)
        return f"\u200e{signed}" if self.direction == "rtl" else signed  # keeps the sign before its number

    def persons(self, count: int) -> str:
        """`1,234 persons`, as the language says it."""
        return self.say("persons", count)

    def capital(self, text: str) -> str:
        """The text with its first letter as it stands at the start of a line."""
        return text[:1].upper() + text[1:]

    def series(self, items: Iterable[str]) -> str:
        """`a, b and c`."""
        return format_list(list(items), locale=self.locale)

    def drawn(self, text: str) -> str:
        """The text for a drawing, which runs left to right whatever the language: isolated (UAX 9, 2.4)."""
        return f"\u2067{text}\u2069" if self.direction == "rtl" else text

    def day(self, day: date) -> str:
        return format_date(day, "long", self.locale)

    def days(self, period: Period) -> str:
        """The first and last day of a period, as an interval of dates."""
        return format_interval(period.monday, period.sunday, "yMMMd", locale=self.locale)

    def named(self, period: Period) -> str:
        """A month as `February 2026`; a week as its number, as a year is."""
        if not isinstance(period, Month):
            return str(period.number)
        return str(format_skeleton("yMMMM", date(period.year, period.number, 1), locale=self.locale))

    def label(self, dimension: str, code: str) -> str:
        """The name of a code of a fixed list (reason, sex, age, total); the code itself where it has none."""
        return code_names(self.code).get(dimension, {}).get(code, code)


@cache
def language(code: str, kind: str = "week") -> Language:
    """Read a language's texts for a report of a kind of period: `week`, `month` or `year`."""
    texts = tomllib.loads((TEXTS / f"{code}.toml").read_text(encoding="utf-8"))
    otherwise = {other: texts.pop(other) for other in ("month", "year")}
    return Language(code, _with(texts, otherwise.get(kind, {})), LOCALES[code])


@cache
def code_names(language: str) -> Mapping[str, Mapping[str, str]]:
    """By dimension (`reason`, `sex`, ..., `total`), what a code is called in one of `core.languages`."""
    names = tomllib.loads((TEXTS / "codes" / f"{language}.toml").read_text(encoding="utf-8"))
    territories = Locale(language).territories
    world = {code: str(territories[code]) for region, below in REGIONS.items() for code in (region, *below)}
    return names | {dimension: world | names[dimension] for dimension in TOLD_BY_WORLD}


def _with(texts: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
    """The texts with some of them replaced."""
    replaced = {name: _with(texts[name], each) if isinstance(texts[name], dict) else each for name, each in otherwise.items()}
    return texts | replaced
