"""Attack 10: read every word.

A figure that the tables hide may stand in a sentence, in a table of the page, in a text that stands for a drawing, in the
length of a bar, in a description, or on paper; as digits, or as a word for a number. Every number must be one that the
tables show, a sum over a whole level of them, the change of such a figure from the week before, or part of the text
itself: what stands between the same words in every other release is the text's. One that follows a name must be a figure
of what is named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from anonymizer.attacker import Interval
from anonymizer.red_team.explained_numbers import Explained, explained_by
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.number_words import PERSON_WORDS, number_words
from anonymizer.red_team.open_release import Published
from anonymizer.red_team.read_report import HIDDEN, page_of, sayings_of_pages
from anonymizer.red_team.read_sentences import Sentence, pages_of, paper_of, sentences_of

__all__ = ["attack"]

NAME: Final = "words"
NUMBER: Final = re.compile(r"(?<![A-Za-z\d.])(?:\d{1,3}(?:[,\u202f\u00a0]\d{3})+|\d+)(?!\.?\d)")
NAMED: Final = re.compile(r"\x00(\d+)\x00")
AFTER_NAME: Final = re.compile(r"\x00(\d+)\x00[\s(:،\u00a0\u202f]{1,3}$")
JOINED: Final = "وبلكف"  # Arabic joins "and", "in", "to" to the word that follows
HEIGHT: Final = re.compile(r"h[\d.]+v(-?[\d.]+)h")

Context = tuple[str, str]
"""Where a number stands, and the number between the words beside it."""


def attack(releases: Sequence[Published]) -> Findings:
    """Every number, as digits, words or lengths, that the tables do not explain."""
    for release in releases:
        others = [_contexts(other) for other in releases if other is not release and other.names.keys() == release.names.keys()]
        usual = frozenset.intersection(*others) if others else frozenset()
        yield from _tables(release)
        yield from _bars(release)
        yield from _sentences(release, explained_by(release, releases, alone=not others), usual, alone=not others)
        yield from _paper(release)


def _tables(release: Published) -> Findings:
    for saying in sayings_of_pages(release):
        published = release.figures.get(saying.cell)
        if saying.period == release.period and saying.figure is not None and saying.figure != published:
            tells = f"it shows {cell_text(saying.cell)}, which the tables {'do not' if published is None else 'show otherwise'}"
            yield Finding(NAME, release.name, saying.place, tells, saying.cell, Interval(saying.figure, saying.figure))


def _bars(release: Published) -> Findings:
    """Bars of figures that are not shown: beside a mark in a drawing of ours, or in the marks' colour in one of Vega's."""
    for path in release.paths(".html", ".svg"):
        for drawing in page_of(release.files[path]).iter("svg"):
            if any(_length_of(bar) for bar in drawing.iter("rect", "path") if _is_hidden(bar, drawing)):
                yield Finding(NAME, release.name, path, "a bar has a length though its figure is not shown")


def _is_hidden(bar: Any, drawing: Any) -> bool:
    beside = bar.getnext()
    if bar.tag == "rect":
        return beside is not None and beside.tag == "text" and beside.text == HIDDEN
    marks = {text.get("fill") for text in drawing.iter("text") if text.text == HIDDEN}
    return "mark-rect" in (bar.getparent().get("class") or "") and bar.get("fill") in marks


def _length_of(bar: Any) -> float:
    if bar.tag == "rect":
        return float(bar.get("width", 0))
    found = HEIGHT.search(bar.get("d", ""))
    return abs(float(found[1])) if found else 0.0


def _sentences(release: Published, explained: Explained, usual: frozenset[Context], *, alone: bool) -> Findings:
    for sentence in sentences_of(release):
        named, codes = _names_out(sentence, release)
        for context, number, at in _numbers(named):
            if (sentence.place, context) in usual or explained.says_date(number, sentence.text):
                continue
            if not explained.has_period_before and named[at - 1 : at] in {"+", "-"}:
                continue  # a change that nobody can check who lacks the release before
            before = AFTER_NAME.search(named[:at])
            if not (explained.of_codes(number, codes[int(before[1])]) if before else explained.at_all(number)):
                yield Finding(NAME, release.name, sentence.place, "a sentence has a number that the tables do not explain")
        for context, number, word in number_words(named, sentence.language):
            of_people = any(each in PERSON_WORDS for each in context.split()) or word.startswith("شخص")
            told = of_people and not alone if number == 1 else of_people or not alone  # one is an article, too
            if told and (sentence.place, context) not in usual:
                yield Finding(
                    NAME, release.name, sentence.place, "a sentence has a word for a number that other releases do not have"
                )


@lru_cache(maxsize=128)
def _contexts(release: Published) -> frozenset[Context]:
    """Every number and every word for one, between the words beside it."""
    told: set[Context] = set()
    for sentence in sentences_of(release):
        named, _ = _names_out(sentence, release)
        told |= {(sentence.place, context) for context, _, _ in _numbers(named)}
        told |= {(sentence.place, context) for context, _, _ in number_words(named, sentence.language)}
    return frozenset(told)


def _names_out(sentence: Sentence, release: Published) -> tuple[str, list[frozenset[tuple[str, str]]]]:
    """The sentence with a number between two marks for each name of a code, and what each of these names."""
    codes: list[frozenset[tuple[str, str]]] = []
    pattern, named = _by_name(release, sentence.language)

    def mark(found: re.Match[str]) -> str:
        codes.append(named[found.group().casefold()])
        return f"\0{len(codes) - 1}\0"

    return (pattern.sub(mark, sentence.text) if named else sentence.text), codes


@lru_cache(maxsize=512)
def _by_name(release: Published, language: str) -> tuple[re.Pattern[str], Mapping[str, frozenset[tuple[str, str]]]]:
    """The names of codes, longer ones first, and what each names; of all languages where none is known."""
    told: dict[str, set[tuple[str, str]]] = {}
    for names in [release.names[language]] if language in release.names else release.names.values():
        for code, name in names.items():
            told.setdefault(name.casefold(), set()).add(code)
    any_of = "|".join(map(re.escape, sorted(told, key=lambda name: (-len(name), name))))
    return re.compile(rf"(?<![^\W{JOINED}])(?:{any_of})(?!\w)", re.IGNORECASE), {
        name: frozenset(codes) for name, codes in told.items()
    }


def _numbers(named: str) -> Iterator[tuple[str, int, int]]:
    """The numbers of a sentence that are no name: (number between the words beside it, number, where it begins)."""
    for found in NUMBER.finditer(NAMED.sub(lambda name: name.group().translate(_AWAY), named)):
        before, after = named[: found.start()].split()[-1:], named[found.end() :].split()[:1]
        yield " ".join([*before, found.group(), *after]), int(re.sub(r"\D", "", found.group())), found.start()


_AWAY: Final[Mapping[int, str]] = {ord(digit): "\0" for digit in "0123456789"}


def _paper(release: Published) -> Findings:
    """The report on paper says no number that its page does not say."""
    for path in release.paths(".pdf"):
        page = path.removesuffix(".pdf") + ".html"
        if page not in release.files:
            continue
        text, content, language = paper_of(release.files[path]), page_of(release.files[page]), path.split(".")[-2]
        said = {int(re.sub(r"\D", "", each)) for each in NUMBER.findall(" ".join(content.itertext()))}
        pages = {*range(1, pages_of(release.files[path]) + 1)}
        if any(int(re.sub(r"\D", "", each)) not in said | pages for each in NUMBER.findall(text)):
            yield Finding(NAME, release.name, path, "the report on paper has a number that its page does not have")
        words = {word for _, _, word in number_words(" ".join(content.itertext()), language)}
        if any(word not in words for _, _, word in number_words(text, language)):
            yield Finding(NAME, release.name, path, "the report on paper has a word for a number that its page does not have")
