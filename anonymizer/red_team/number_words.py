"""Numbers written as words, in the languages of a report, as far as a suppressed cell could be told by one."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["PERSON_WORDS", "WORDS", "number_words"]

WORDS: Final[Mapping[str, Mapping[str, int]]] = {
    "en": {
        word: number
        for number, words in enumerate(
            "one single|two couple pair|three|four|five|six|seven|eight|nine|ten|eleven|twelve dozen|thirteen|fourteen|fifteen|"
            "sixteen|seventeen|eighteen|nineteen|twenty".split("|"),
            start=1,
        )
        for word in words.split()
    },
    "fr": {
        word: number
        for number, words in enumerate(
            "un une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze douzaine|treize|quatorze|quinze|seize|dix-sept|"
            "dix-huit|dix-neuf|vingt".split("|"),
            start=1,
        )
        for word in words.split()
    },
    "ar": {
        word: number
        for number, words in enumerate(
            "واحد واحدة|اثنان اثنين اثنتان اثنتين شخصان شخصين|ثلاثة ثلاث|أربعة أربع|خمسة خمس|ستة ست|سبعة سبع|ثمانية ثماني ثمان|"
            "تسعة تسع|عشرة عشر".split("|"),
            start=1,
        )
        for word in words.split()
    },
}
"""By language, the numbers that words stand for."""

PERSON_WORDS: Final = frozenset(
    "person persons people man men woman women boy boys girl girls child children family families personne personnes homme "
    "hommes femme femmes garçon garçons fille filles enfant enfants famille familles شخص أشخاص شخصًا رجل رجال امرأة نساء طفل أطفال".split()
)
"""Whom a report counts. Beside one of them, a word for a number counts people."""


def number_words(text: str, language: str) -> Iterator[tuple[str, int, str]]:
    """Each word for a number with the words beside it: (context, number, word); of every language where it is not known."""
    known = WORDS.get(language) or {word: number for each in WORDS.values() for word, number in each.items()}
    words = re.findall(r"[\w-]+", text.casefold())
    for at, word in enumerate(words):
        if word in known:
            yield " ".join(words[max(0, at - 1) : at + 2]), known[word], word
