"""The tables as a workbook: notes, the matrix of regions and of districts, then every table with its flags.

It holds values only: no formulas, no hidden sheets, no pivot caches, no comments. In the matrices a figure that is not
shown is an asterisk; in the tables its cell is empty and the status column says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from anonymizer import TOTAL, Dimension, Population, ProtectedTable
from exports.compose_report import Report
from exports.edition import COUNTRY, DISTRICT, MOVEMENTS, REGION, Edition
from exports.languages import NOT_SHOWN, language
from exports.part_report import PartReport
from exports.write_csv import columns_of, rows_of

__all__ = ["write_xlsx"]

DEEP: Final = "#0F4763"
MATRICES: Final = (("Regions", (COUNTRY, REGION)), ("Districts", (COUNTRY, REGION, DISTRICT)))


@dataclass(frozen=True)
class Formats:
    """Cell formats of the workbook."""

    head: Any
    number: Any
    hidden: Any


def write_xlsx(edition: Edition, reports: Sequence[Report | PartReport]) -> bytes:
    """The workbook; its date of making is the release's. Only that of movements has matrices."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        english = reports[0]
        made = edition.made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"{english.title}, {english.period}", "author": english.operation, "created": made})
        formats = _formats(book)
        _notes(book, reports)
        for name, levels in MATRICES if edition.now.population is Population.MOVEMENTS else ():
            _matrix(book, formats, edition, name, levels)
        for table in edition.now.tables:
            _table(book, formats, edition, table)
    return buffer.getvalue()


def _formats(book: Any) -> Formats:
    heading = {"bold": True, "bg_color": DEEP, "font_color": "white", "text_wrap": True, "valign": "top"}
    return Formats(
        head=book.add_format(heading),
        number=book.add_format({"num_format": "#,##0"}),
        hidden=book.add_format({"align": "right", "font_color": "#8A3B08", "bold": True}),
    )


def _notes(book: Any, reports: Sequence[Report | PartReport]) -> None:
    """The cover: the same notes in every language, side by side."""
    sheet = book.add_worksheet("Notes")
    sheet.hide_gridlines(2)
    sheet.set_column(0, len(reports) - 1, 52)
    for column, report in enumerate(reports):
        order = {"reading_order": 2, "align": "right"} if report.direction == "rtl" else {}
        wrapped = book.add_format({"text_wrap": True, "valign": "top", **order})
        title = book.add_format({"bold": True, "font_size": 16, "font_color": DEEP, **order})
        sheet.write_string(0, column, report.title, title)
        provisional = language(report.language).say("provisional")
        lines = [report.operation, report.period, provisional, report.made, "", *report.method, report.contact]
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, column, line, wrapped)


def _matrix(book: Any, formats: Formats, edition: Edition, name: str, levels: tuple[int, ...]) -> None:
    sheet = book.add_worksheet(name)
    english = language("en")
    origins = [*edition.places_at(*levels, dimension="origin"), TOTAL]
    destinations = [*edition.places_at(*levels), TOTAL]
    headings = (edition.name("destination", code, english) for code in destinations)
    _headings(sheet, formats, [english.say("matrix.corner"), *headings])
    for row, origin in enumerate(origins, start=1):
        sheet.write_string(row, 0, edition.name("origin", origin, english))
        for column, destination in enumerate(destinations, start=1):
            _figure(sheet, row, column, edition.persons(MOVEMENTS, (origin, destination, TOTAL)), formats)
    sheet.set_column(0, 0, 22)
    sheet.freeze_panes(1, 1)


def _figure(sheet: Any, row: int, column: int, persons: int | None, formats: Formats) -> None:
    if persons is None:
        sheet.write_string(row, column, NOT_SHOWN, formats.hidden)
    else:
        sheet.write_number(row, column, persons, formats.number)


def _table(book: Any, formats: Formats, edition: Edition, table: ProtectedTable) -> None:
    """The table as in its CSV file, with the codes' English names beside them."""
    sheet = book.add_worksheet(table.name)
    columns = columns_of(edition, table)
    names = [_names(edition, dimension) for dimension in table.dimensions]
    _headings(sheet, formats, [*columns, *(f"{dimension.name}_name" for dimension in table.dimensions)])
    counted, last = len(names) + 1, 0
    for last, (key, number, flags) in enumerate(rows_of(table), start=1):
        sheet.write_string(last, 0, str(edition.now.period))
        for column, (code, lookup) in enumerate(zip(key, names, strict=True), start=1):
            sheet.write_string(last, column, code)
            sheet.write_string(last, len(columns) - 1 + column, lookup[code])
        if number is not None:
            sheet.write_number(last, counted, number)
        for column, flag in enumerate(flags, start=counted + 1):
            sheet.write_string(last, column, flag)
    sheet.autofilter(0, 0, last, len(columns) + len(names) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) + len(names) - 1, 14)


def _names(edition: Edition, dimension: Dimension) -> dict[str, str]:
    return {code: edition.name(dimension.name, code, language("en")) for code in dimension.parents}


def _headings(sheet: Any, formats: Formats, headings: Iterable[str]) -> None:
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, formats.head)
