"""Read a text file with separators (RFC 4180, and what spreadsheets write in other countries)."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ingest.tables.errors import EncodingUnknown, TableBroken, TableUnreadable
from ingest.tables.source import Source
from ingest.tables.table import Row, Sheet

__all__ = ["text_sheet"]

SHEET: Final = "CSV"  # by which name reasons and mappings speak of it
SEPARATORS: Final = (",", ";", "\t")
PIECE: Final = 1 << 20
UTF_8: Final = "utf-8-sig"


def text_sheet(source: Source, encoding: str = "") -> Sheet:
    """The file as a sheet; raises `EncodingUnknown` or `TableUnreadable`."""
    chosen = _encoding(source, encoding)
    _require(source, chosen)
    separator = _separator(source, chosen)

    def rows() -> Iterator[Row]:
        with _text(source, chosen) as file:
            read = csv.reader(file, delimiter=separator, strict=True)
            number = 0
            try:
                for number, cells in enumerate(read, start=1):
                    if any(cells):
                        yield Row(number, [cell or None for cell in cells])
            except csv.Error as error:
                raise TableBroken(file=source.name, sheet=SHEET, row=number, reason=str(error)) from None

    return Sheet(SHEET, rows)


def _encoding(source: Source, encoding: str) -> str:
    with source.open() as file:
        begins = file.read(3)
    if begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return UTF_8 if begins == codecs.BOM_UTF8 or not encoding else encoding


def _require(source: Source, encoding: str) -> None:
    """Read it through once, so that a wrong encoding is told before anything is taken in."""
    line, named = 1, "UTF-8" if encoding == UTF_8 else encoding
    try:
        decode = codecs.getincrementaldecoder(encoding)()
        with source.open() as file:
            while piece := file.read(PIECE):
                line += decode.decode(piece).count("\n")
        decode.decode(b"", final=True)
    except LookupError:
        raise EncodingUnknown(file=source.name, encoding=named, line=line) from None
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise EncodingUnknown(file=source.name, encoding=named, line=line) from None


def _separator(source: Source, encoding: str) -> str:
    """What stands oftenest between the columns of the first line."""
    with _text(source, encoding) as file:
        first = file.readline(PIECE)
    if "\0" in first:
        raise TableUnreadable(file=source.name, reason="it is no text")
    outside = "".join(first.split('"')[::2])
    counts = Counter(sign for sign in outside if sign in SEPARATORS)
    return counts.most_common(1)[0][0] if counts else ","


def _text(source: Source, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(source.open(), encoding=encoding, newline="")
