"""Writes workbooks of the old kind ([MS-XLS] in a compound file, [MS-CFB]): as little of one as a reader needs."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

SECTOR = 512
FREE, END, OF_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
PLAIN, DAY, TIMES = 15, 16, 14  # cell formats, the built-in format of a day
Rows = Sequence[Sequence[Any]]


def write_old(path: Path, sheets: Mapping[str, Rows], merged: Sequence[tuple[int, int, int, int]] = ()) -> Path:
    """`merged` in the first sheet: first and last row, first and last column, from 0."""
    pages = [_page(rows, merged if number == 0 else ()) for number, rows in enumerate(sheets.values())]
    globe = _globe(list(sheets), [0] * len(pages))
    starts = [len(globe) + sum(map(len, pages[:number])) for number in range(len(pages))]
    path.write_bytes(_contained(_globe(list(sheets), starts) + b"".join(pages)))
    return path


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _globe(names: Sequence[str], starts: Sequence[int]) -> bytes:
    formats = [_record(0xE0, struct.pack("<HHHBBBBIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) for _ in range(DAY)]
    formats.append(_record(0xE0, struct.pack("<HHHBBBBIIH", 0, TIMES, 0, 0, 0, 0, 4, 0, 0, 0)))
    font = _record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _text("Arial", "B"))
    listed = [
        _record(0x85, struct.pack("<IBB", start, 0, 0) + _text(name, "B")) for name, start in zip(names, starts, strict=True)
    ]
    return b"".join([_record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)), font, *formats, *listed, _record(0x0A)])


def _page(rows: Rows, merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    cells = [_cell(number, at, cell) for number, row in enumerate(rows) for at, cell in enumerate(row) if cell is not None]
    areas = struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *area) for area in merged)
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    return b"".join([begin, *cells, _record(0xE5, areas), _record(0x0A)])


def _cell(row: int, column: int, cell: Any) -> bytes:
    if isinstance(cell, bool):
        return _record(0x205, struct.pack("<HHHBB", row, column, PLAIN, cell, 0))
    if isinstance(cell, str):
        return _record(0x204, struct.pack("<HHH", row, column, PLAIN) + _text(cell, "H"))
    if isinstance(cell, datetime):
        days = (cell - datetime.fromisoformat("1899-12-30")).total_seconds() / 86_400
        return _record(0x203, struct.pack("<HHHd", row, column, DAY, days))
    return _record(0x203, struct.pack("<HHHd", row, column, PLAIN, cell))


def _text(text: str, length: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack(f"<{length}B", len(encoded) // 2, 1) + encoded


def _contained(stream: bytes) -> bytes:
    """A compound file of one stream: header, the stream, its directory, the table of sectors."""
    stream = stream.ljust(4_096, b"\0")  # a shorter one would lie in a stream of its own
    count = -(-len(stream) // SECTOR)
    table = [*range(1, count), END, END, OF_TABLE]
    assert len(table) <= SECTOR // 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, count, 0, 4_096, END, 0, END, 0)
    header += struct.pack("<109I", count + 1, *[FREE] * 108)
    entries = [("Root Entry", 5, 1, END, 0), ("Workbook", 2, FREE, 0, len(stream))]
    directory = b"".join(_entry(*one) for one in entries).ljust(SECTOR, b"\0")
    sectors = struct.pack(f"<{SECTOR // 4}I", *table, *[FREE] * (SECTOR // 4 - len(table)))
    return header + stream.ljust(count * SECTOR, b"\0") + directory + sectors


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    named = name.encode("utf-16-le")
    head = named.ljust(64, b"\0") + struct.pack("<HBBIII", len(named) + 2, kind, 1, FREE, FREE, child)
    return head + bytes(36) + struct.pack("<III", start, size, 0)
