"""Rows of a sheet that are written as the common programs write them, read as text.

To build a tree of a sheet's cells costs more than all else that is done for a record. Whatever is not written just so is told
(`NotPlain`), for `read_workbook` to read as any XML; what is, both read alike.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, Final, TypeAlias

from lxml import etree

from ingest.alike import make_room

__all__ = ["NotPlain", "PlainCell", "plain_rows", "resolved"]

PIECE: Final = 250_000  # bytes
LONGEST: Final = 5_000_000  # letters of a row, and of what stands behind the rows
HEAD: Final = re.compile(
    r'(?:<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?(?: standalone="(?:yes|no)")?[ ]?\?>)?\s*'
    r'<worksheet xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"[^!?]*?<sheetData>'
)
ROW: Final = re.compile(r'<row r="([1-9][0-9]{0,6})"((?: (?!xmlns)[A-Za-z0-9:]+="[^"<>&]*")*)(/?)>')
ROW_ENDS: Final = "</row>"
ROWS_END: Final = "</sheetData>"
SHEET_ENDS: Final = f"{ROWS_END}</worksheet>"
MOST_ALIKE: Final = 1_000
CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})[1-9][0-9]{0,6}"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?'
    r'(?:/>|></c>|>(?:<v>([^<>]*)</v>|<is><t(?: xml:space="preserve")?>([^<>]*)</t></is>)</c>)'
)
GROUPS: Final = 5
NOT_PLAIN: Final = bytes({*range(0x20)} - {*b"\t\n"})  # what no XML holds

# The letters of its column, its style, its kind, its value, and the string in its place, as written; None where there is none.
PlainCell: TypeAlias = tuple[str, str | None, str | None, str | None, str | None]


class NotPlain(Exception):
    """What comes next is written in another way."""


def plain_rows(stream: IO[bytes]) -> Iterator[tuple[int, list[PlainCell]]]:
    """The number and the cells of each row; raises `NotPlain`, and what reading the stream raises."""
    pieces = _pieces(stream)
    text = next(pieces, "")
    head = HEAD.match(text)
    if head is None:
        raise NotPlain
    _require_no_row(head[0] + SHEET_ENDS)
    at, alike = head.end(), {""}
    while not text.startswith(ROWS_END, at):
        row = ROW.match(text, at)
        end = -1 if row is None else row.end() if row[3] else text.find(ROW_ENDS, row.end())
        if row is None or end < 0:  # the piece ends here, or it is no plain row
            piece = next(pieces, "")
            if not piece or len(text) - at > LONGEST or (row is None and ROW_ENDS in text[at:]):
                raise NotPlain
            text, at = text[at:] + piece, 0
            continue
        if row[2] not in alike:
            make_room(alike, MOST_ALIKE)
            _parsed(f'{head[0]}<row r="1"{row[2]}/>{SHEET_ENDS}')
            alike.add(row[2])
        at = end if row[3] else end + len(ROW_ENDS)
        yield int(row[1]), [] if row[3] else _cells(text[row.end() : end])
    behind = text[at:] + "".join(islice(pieces, LONGEST // PIECE))
    if next(pieces, None) is not None:
        raise NotPlain
    _require_no_row(head[0] + behind)


def _pieces(stream: IO[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    more = True
    while more:
        piece = stream.read(PIECE)
        more = bool(piece)
        while piece.endswith(b"\r") and (next_byte := stream.read(1)):
            piece += next_byte
        piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # as XML reads ends of lines
        if len(piece.translate(None, NOT_PLAIN)) < len(piece):
            raise NotPlain
        try:
            text = decoder.decode(piece, final=not more)
        except UnicodeDecodeError:
            raise NotPlain from None
        if "\ufffe" in text or "\uffff" in text:
            raise NotPlain
        if text:
            yield text


def _cells(row: str) -> list[PlainCell]:
    parts = CELL.split(row)
    if any(parts[:: GROUPS + 1]):  # something stands between two cells
        raise NotPlain
    columns, styles, kinds, values, texts = (parts[at :: GROUPS + 1] for at in range(1, GROUPS + 1))
    return list(zip(columns, styles, kinds, values, texts, strict=True))


def resolved(text: str) -> str:
    """What stands there, where it is written with references to characters; raises `NotPlain` for any other."""
    return _parsed(f"<t>{text}</t>").text or "" if "&" in text else text


def _require_no_row(around: str) -> None:
    """What is around the rows is XML, and holds no other."""
    if next(_parsed(around).iter("{*}row"), None) is not None:
        raise NotPlain


def _parsed(xml: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml.encode(), parser)
    except etree.XMLSyntaxError:
        raise NotPlain from None
