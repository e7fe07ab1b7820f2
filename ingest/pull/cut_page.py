"""Cut a page of JSON into its records, each with its own text: what the server wrote of it is kept as it wrote it."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["ListAbsent", "cut_page"]

SPACE: Final = re.compile(r"[ \t\n\r]*")
COMMA: Final = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")


class ListAbsent(ValueError):
    """A page without the list that was looked for."""


def cut_page(page: bytes, name: str, decoder: json.JSONDecoder) -> Iterator[tuple[Any, str]]:
    """What stands in the list of this name, item by item, and the text of each.

    Raises `ListAbsent`, or another `ValueError` where the page is no JSON: after the items that come before.
    """
    reader, found = _Reader(page.decode("utf-8-sig"), decoder), False
    more = reader.passes("{") and not reader.passes("}")
    while more:
        key, _ = reader.value()
        reader.require(":")
        if key == name and reader.passes("["):
            found = True
            yield from _items(reader)
        else:
            reader.value()
        more = reader.goes_on("}")
    if not found:
        raise ListAbsent
    reader.require_end()


def _items(reader: "_Reader") -> Iterator[tuple[Any, str]]:
    if not reader.passes("]"):
        yield from reader.values()
        reader.require("]")


class _Reader:
    """A text, and how far it is read."""

    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self._text, self._decode, self._at = text, decoder.raw_decode, 0

    def value(self) -> tuple[Any, str]:
        """The next value, and its text."""
        begun = self._past_space()
        value, self._at = self._decode(self._text, begun)
        return value, self._text[begun : self._at]

    def values(self) -> Iterator[tuple[Any, str]]:
        """All that stand side by side, with commas between them, and the text of each."""
        text, decode, at = self._text, self._decode, self._past_space()
        while True:
            value, self._at = decode(text, at)
            yield value, text[at : self._at]
            comma = COMMA.match(text, self._at)
            if comma is None:
                return
            at = comma.end()

    def passes(self, mark: str) -> bool:
        """Whether this comes next; it is passed."""
        self._at = self._past_space()
        found = self._text.startswith(mark, self._at)
        self._at += len(mark) if found else 0
        return found

    def goes_on(self, end: str) -> bool:
        """Whether there is more of a list or an object."""
        if self.passes(","):
            return True
        self.require(end)
        return False

    def require(self, mark: str) -> None:
        """Pass this, which must come next."""
        if not self.passes(mark):
            raise ValueError(mark)

    def require_end(self) -> None:
        if self._past_space() < len(self._text):
            raise ValueError("more")

    def _past_space(self) -> int:
        space = SPACE.match(self._text, self._at)
        return space.end() if space else self._at
