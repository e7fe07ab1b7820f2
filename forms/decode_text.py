"""Read text that may have been saved in an old code page of Windows.

UTF-8 and UTF-16 are known by themselves. Of a code page nothing in the file tells which it is, so it is told by the words:
letters of Latin scripts stand among plain ones, those of Arabic and Cyrillic make up whole words. What was chosen is
always said, so that a wrong choice is seen.
"""

import codecs
import re
from dataclasses import dataclass, field
from typing import Final

from forms.errors import CodePageUnknown

__all__ = ["DecodedText", "decode_text"]

LATIN, ARABIC, CYRILLIC = "windows-1252", "windows-1256", "windows-1251"
WORD: Final = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
FOREIGN: Final = re.compile(rb"[\x80-\xff]{2,}")
# In windows-1256 these are French letters, which do not stand in an Arabic word; in windows-1251 the commonest Russian ones.
FRENCH_IN_ARABIC: Final = re.compile(rb"[\xe0\xe2\xe7-\xeb\xee\xef\xf4\xf9\xfb\xfc]")


@dataclass(frozen=True)
class DecodedText:
    """A text without a byte order mark. Where it was not in Unicode: the code page, and a word as it reads in that."""

    text: str = field(repr=False)
    code_page: str = ""
    word: str = field(default="", repr=False)


def decode_text(content: bytes, encoding: str = "") -> DecodedText:
    """Decode it; `encoding` is used where it is not in Unicode.

    Raises `CodePageUnknown` where that names none, or one that the text is not in.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return DecodedText(_decoded(content, "utf-16"))
    try:
        return DecodedText(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        chosen = encoding or _code_page(content)
    return DecodedText(_decoded(content, chosen), chosen, _decoded(max(WORD.findall(content), key=len, default=b""), chosen))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        raise CodePageUnknown(encoding=encoding) from None


def _code_page(content: bytes) -> str:
    words = WORD.findall(content)
    foreign = [word for word in words if FOREIGN.fullmatch(word)]
    if len(foreign) * 2 < len(words):
        return LATIN
    french = sum(bool(FRENCH_IN_ARABIC.search(word)) for word in foreign)
    return CYRILLIC if french * 2 >= len(foreign) else ARABIC
