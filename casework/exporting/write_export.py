"""The clear content of an export, as a zip that is made piece by piece and never lies anywhere: a note on what it is, one CSV
a table, and the same as JSON. Only its encrypted form is written."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from casework.exporting.open_records import OpenedPerson
from casework.exporting.to_htcds import htcds_row
from casework.htcds.standard import UNCODED, htcds_fields

__all__ = ["ExportContent", "cell", "write_zip"]

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would take it for a formula
WRITTEN: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
NOTE: Final = """Identified personal data. For {recipient}, and for nobody else.

Export {mark}
Purpose: {purpose}. Legal basis: {basis}.

Every row and every record number of these files names this export. Delete the files when the purpose is fulfilled.
The tables are UTF-8. A cell that a spreadsheet could take for a formula begins with an apostrophe there; records.json holds
each answer as it was given. htcds.csv holds the same in the shape of IOM's Human Trafficking Case Data Standard, version 2.0,
as far as that has a place for it; its column not_in_htcds names what has no code there.
"""


@dataclass(frozen=True)
class ExportContent:
    """What is written: `records` begins the reading of the records anew each time it is called."""

    mark: str
    note: Mapping[str, str]
    fields: tuple[str, ...]
    number: Callable[[OpenedPerson], str]
    records: Callable[[], Iterable[OpenedPerson]]


def write_zip(content: ExportContent) -> Iterator[bytes]:
    """The zip in pieces; each table is one reading of the records, so that memory holds one batch however many there are."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_named("README.txt"), NOTE.format(mark=content.mark, **content.note))
        for name, lines in (
            ("persons.csv", _persons(content)),
            ("interviews.csv", _interviews(content)),
            ("records.json", _json(content)),
            *((("htcds.csv", _htcds(content)),) if htcds_fields(content.fields) else ()),
        ):
            with archive.open(_named(name), "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line.encode())
                    yield sink.take()
    yield sink.take()


def cell(value: Any) -> str:
    """An answer as a CSV cell: repeats as JSON, and nothing that a spreadsheet would calculate."""
    text = value if isinstance(value, str) else "" if value is None else WRITTEN.encode(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _persons(content: ExportContent) -> Iterator[str]:
    yield _line(["record", *content.fields, "export"])
    for one in content.records():
        yield _line([content.number(one), *_cells(one.values, content.fields), content.mark])


def _interviews(content: ExportContent) -> Iterator[str]:
    yield _line(["record", "interview", *content.fields, "export"])
    for one in content.records():
        for told in one.interviews:
            yield _line([content.number(one), told.kind, *_cells(told.values, content.fields), content.mark])


def _htcds(content: ExportContent) -> Iterator[str]:
    fields = htcds_fields(content.fields)
    names = [*(one.name for one in fields), UNCODED]
    yield _line(["record", *names, "export"])
    for one in content.records():
        yield _line([content.number(one), *_cells(htcds_row(one, fields), names), content.mark])


def _json(content: ExportContent) -> Iterator[str]:
    yield f'{{"export": {WRITTEN.encode(content.mark)}, "records": ['
    before = ""
    for one in content.records():
        told = [{"interview": each.kind, "answers": each.values} for each in one.interviews]
        whole = {"record": content.number(one), "export": content.mark, "answers": one.values, "interviews": told}
        yield f"{before}\n{WRITTEN.encode(whole)}"
        before = ","
    yield "\n]}\n"


def _cells(values: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    return [cell(values.get(field)) for field in fields]


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _named(name: str) -> ZipInfo:
    """Without the moment and the machine that it was made on."""
    member = ZipInfo(name)
    member.compress_type = ZIP_DEFLATED
    return member


class _Sink(io.RawIOBase):
    """Where the zip is written to, and taken from at once."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.pending += content
        return len(content)

    def take(self) -> bytes:
        taken = bytes(self.pending)
        self.pending.clear()
        return taken
