"""Finding a person by full name and year of birth, though no name is stored.

A token is keyed over the skeletons of one given name and one family name and the year of birth together: a token of a
name alone would be read off by how often it occurs. Each person has **one**, of their own year; who searches asks for
three, the year before and the year after as well, because years are often guessed. Stored, the three would chain
neighbouring years together (`bench/leakage.py` measures it). A person whose year of birth is unknown has none, and is
found by the free search only.

Of several given names the first counts, of several family names the last, particles aside; given and family name in
the other order give the same token.
"""

from typing import Final

from casework.models import TokenKind
from casework.names.name_skeleton import name_words, word_skeleton
from core.keys.keyring import KeyRing

__all__ = ["name_tokens", "own_name_token"]

YEARS: Final = range(1880, 2200)


def name_tokens(ring: KeyRing, operation: str, given: str, family: str, birth_year: int | None) -> list[bytes]:
    """The tokens to look for: of the year itself first (the only one that is ever stored), then of the years beside it.

    None without a year of birth, or where one of the names holds no letters.
    """
    names = _names(given, family)
    if birth_year is None or birth_year not in YEARS or not names:
        return []
    # Keyed by operation as well: the same person in two operations must not be tied together.
    purpose = f"casework:{operation}:{TokenKind.NAME.value}"
    return [ring.blind_token(purpose, f"{names} {year}") for year in (birth_year, birth_year - 1, birth_year + 1)]


def own_name_token(ring: KeyRing, operation: str, given: str, family: str, birth_year: int | None) -> bytes | None:
    """The token to store for a person; None where `name_tokens` gives none."""
    return next(iter(name_tokens(ring, operation, given, family, birth_year)), None)


def _names(given: str, family: str) -> str:
    """The skeletons of the first given and the last family name, in the order of the alphabet; empty when one is missing."""
    first, last = name_words(given)[:1], name_words(family)[-1:]
    return " ".join(sorted(map(word_skeleton, first + last))) if first and last else ""
