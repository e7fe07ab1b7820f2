"""The languages in which people read this program, declared once: pages, what phones show, access packs, accounts."""

from collections.abc import Mapping
from typing import Final

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "direction_of"]

# By ISO 639 code, in the order of the choice of language; each calls itself as in Unicode CLDR.
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "fr": "français",
    "ar": "العربية",
    "ru": "русский",
    "es": "español",
    "so": "Soomaali",
}
DEFAULT_LANGUAGE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar"})


def direction_of(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` wants it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
