"""Numbers written as words, in the languages of a report, as far as a suppressed cell could be told by one."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["PERSON_WORDS", "WORDS", "number_words"]


def _numbered(words: str) -> dict[str, int]:
    """The numbers of words that are given from one on, in groups that mean the same."""
    return {word: number for number, same in enumerate(words.split("|"), start=1) for word in same.split()}


WORDS: Final[Mapping[str, Mapping[str, int]]] = {
    "en": _numbered(
        "one single|two couple pair|three|four|five|six|seven|eight|nine|ten|eleven|twelve dozen|thirteen|fourteen|fifteen|"
        "sixteen|seventeen|eighteen|nineteen|twenty"
    ),
    "fr": _numbered(
        "un une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze douzaine|treize|quatorze|quinze|seize|dix-sept|"
        "dix-huit|dix-neuf|vingt"
    ),
    "ar": _numbered(
        "واحد واحدة|اثنان اثنين اثنتان اثنتين شخصان شخصين|ثلاثة ثلاث|أربعة أربع|خمسة خمس|ستة ست|سبعة سبع|ثمانية ثماني ثمان|"
        "تسعة تسع|عشرة عشر"
    ),
}
"""By language, the numbers that words stand for."""

PERSON_WORDS: Final = frozenset(
    _numbered(
        "person persons people man men woman women boy boys girl girls child children family families|personne personnes homme "
        "hommes femme femmes garçon garçons fille filles enfant enfants famille familles|"
        "شخص أشخاص شخصًا رجل رجال امرأة نساء طفل أطفال"
    )
)
"""Whom a report counts. Beside one of them, a word for a number counts people."""


def number_words(text: str, language: str) -> Iterator[tuple[str, int, str]]:
    """Each word for a number with the words beside it: (context, number, word); of every language where it is not known."""
    known = WORDS.get(language) or {word: number for each in WORDS.values() for word, number in each.items()}
    words = re.findall(r"[\w-]+", text.casefold())
    for at, word in enumerate(words):
        if word in known:
            yield " ".join(words[max(0, at - 1) : at + 2]), known[word], word
