"""The words of a release: sentences of its pages, alternative texts, globe file, descriptions and of the report on paper."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from io import BytesIO
from typing import Any, Final, NamedTuple

from lxml import etree
from pypdf import PdfReader

from anonymizer.red_team.open_release import PACKAGE, Published
from anonymizer.red_team.read_report import page_of

__all__ = ["Sentence", "pages_of", "paper_of", "sentences_of"]

UNSEEN: Final = frozenset({"style", "script", "svg", "table"})
ENDS: Final = re.compile(r"\n+|(?<=[.!?؟;؛])\s+")
OF_MAKING: Final = frozenset({"/CreationDate", "/ModDate", "/Creator", "/Producer"})
LETTER: Final = 0.75  # how wide a letter is at most, as a share of its size
STANDARD: Final = re.compile(r"ISO \d+")
XML: Final = etree.XMLParser(resolve_entities=False, no_network=True)


class Sentence(NamedTuple):
    """A sentence, where it stands, and its language (English where the file has none of its own)."""

    place: str
    language: str
    text: str


@lru_cache(maxsize=128)
def sentences_of(release: Published) -> tuple[Sentence, ...]:
    """Every sentence but those of the tables, the drawings and the report on paper."""
    return tuple(_all_sentences(release))


def _all_sentences(release: Published) -> Iterator[Sentence]:
    for path in release.paths(".html"):
        page = page_of(release.files[path])
        for language, text in _texts(page, str(page.get("lang", "en"))):
            yield from _sentences(path, language, text)
    for path in release.paths(".kml"):
        for element in etree.fromstring(release.files[path], XML).iter("{*}name", "{*}description"):
            yield from _sentences(path, "en", element.text or "")
    for path in release.paths(".txt"):
        yield from _sentences(path, "en", release.text(path))
    for text in _values(release.package):
        yield from _sentences(PACKAGE, "en", text)


@lru_cache(maxsize=64)
def paper_of(content: bytes) -> str:
    """All text of a PDF file and its title, a line for each piece set by itself: figures side by side do not run together."""
    reader = PdfReader(BytesIO(content))
    lines = [str(value) for name, value in (reader.metadata or {}).items() if name not in OF_MAKING]
    for page in reader.pages:
        pieces: list[_Piece] = []
        page.extract_text(visitor_text=partial(_add_piece, pieces))
        lines += [piece.text for piece in pieces]
    return "\n".join(lines)


class _Piece(NamedTuple):
    """A piece of text on paper: where its last letter begins, and the size of its letters."""

    text: str
    x: float
    y: float
    size: float


def _add_piece(pieces: list[_Piece], text: str, cm: Sequence[float], tm: Sequence[float], _font: object, size: float) -> None:
    """Add a piece; letters of a drawing come one by one, and belong to the one they stand close behind."""
    if not text.strip():
        return
    new = _Piece(text.strip("\n"), cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3], abs(size * cm[0]))
    last = pieces[-1] if pieces else new
    if len(text.strip()) == 1 and abs(new.y - last.y) < 0.1 and 0 < new.x - last.x <= LETTER * new.size:
        pieces[-1] = new._replace(text=last.text + new.text)
    else:
        pieces.append(new)


def pages_of(content: bytes) -> int:
    """How many pages a PDF file has."""
    return len(PdfReader(BytesIO(content)).pages)


def _texts(element: Any, language: str) -> Iterator[tuple[str, str]]:
    """Visible texts and the texts that stand for drawings; each block of its own."""
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return
    language = element.get("lang", language)
    for attribute in ("aria-label", "alt", "title", "content"):
        if element.get(attribute):
            yield language, element.get(attribute)
    yield language, element.text or ""
    for child in element:
        yield from _texts(child, language)
        yield language, child.tail or ""


def _sentences(place: str, language: str, text: str) -> Iterator[Sentence]:
    for sentence in ENDS.split(text):
        if sentence.strip():
            yield Sentence(place, language, " ".join(sentence.split()))


def _values(document: Any) -> Iterator[str]:
    """The texts of a JSON document, but for hierarchies, which are codes and names."""
    if isinstance(document, str):
        yield STANDARD.sub("", document)
    elif isinstance(document, list):
        for each in document:
            yield from _values(each)
    elif isinstance(document, dict):
        for key, each in document.items():
            if key not in {"dimensions", "hash", "path", "created", "confidentiality", "bytes", "profile", "profiles"}:
                yield from _values(each)
    elif not isinstance(document, bool) and document is not None:
        yield json.dumps(document)
