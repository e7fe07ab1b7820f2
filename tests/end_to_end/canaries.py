"""Words and numbers that occur nowhere else in the world: where one is found, an identifying value got there.

Each begins alike, so that gigabytes can be searched at once for the beginning in every disguise.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

__all__ = ["Canaries", "files_under"]

WORD: Final = "Zqwolufamepi"  # letters alone: a name that is taken apart keeps them together
NUMBER: Final = "7700331188"
LETTERS: Final = str.maketrans("0123456789abcdef", "bcdfghjklmnprstv")


def _disguises(text: str) -> set[bytes]:
    """How the beginning of a word may stand in a file; in base64 by where in a group of three bytes it falls."""
    forms = {text, text.lower(), text.upper()}
    plain = {form.encode() for form in forms} | {form.encode("utf-16-le") for form in forms}
    hexed = {form.hex().encode() for form in plain}
    # The first and the last letters of a group depend on what stands beside it.
    in_base64 = {base64.b64encode(bytes(before) + form)[4:-4] for form in plain for before in range(3)}
    return plain | {form[::-1] for form in plain} | hexed | {form.upper() for form in hexed} | in_base64


BEGINNINGS: Final = _disguises(WORD) | _disguises(NUMBER)


@dataclass
class Canaries:
    """By the question they were put into."""

    words: dict[str, str]

    def word(self, question: str) -> str:
        return self.words.setdefault(question, WORD + uuid4().hex[:14].translate(LETTERS))

    def number(self, question: str) -> str:
        """One that may be a telephone's."""
        return self.words.setdefault(question, f"{NUMBER}{uuid4().int % 10**5:05}")

    def found_in(self, content: bytes) -> list[str]:
        """The questions whose words occur, in clear or in a common disguise."""
        if not any(beginning in content for beginning in BEGINNINGS):
            return []
        found = [question for question, word in self.words.items() if any(form in content for form in _disguises(word))]
        return found or ["the beginning of a word"]

    def found_under(self, *folders: Path) -> Mapping[str, list[str]]:
        """The files that hold words, and whose; one file at a time is held in memory."""
        return self.found_among({str(path): path for folder in folders for path in files_under(folder)})

    def found_among(self, places: Mapping[str, Path | bytes]) -> Mapping[str, list[str]]:
        """The places that hold words, and whose."""
        return {name: found for name, place in places.items() if (found := self.found_in(_content(place)))}


def _content(place: Path | bytes) -> bytes:
    if isinstance(place, bytes):
        return place
    try:
        return place.read_bytes()
    except FileNotFoundError:  # a server removes files of its own meanwhile
        return b""


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
