"""Write sheets of text as a workbook (.xlsx); the same sheets give the same bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter

__all__ = ["write_workbook"]

BUILT_AT: Final = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed local date: the same sheets give the same bytes)
NARROW, WIDE = 18, 44  # characters
Sheet = Sequence[Sequence[str]]


def write_workbook(title: str, sheets: Mapping[str, Sheet]) -> bytes:
    """The workbook; the first row of each sheet holds its headers. Nothing is taken for a formula or a link."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": title, "created": BUILT_AT})
        for name, rows in sheets.items():
            _write_sheet(workbook, name, rows)
    return target.getvalue()


def _write_sheet(workbook: xlsxwriter.Workbook, name: str, rows: Sheet) -> None:
    sheet = workbook.add_worksheet(name)
    header = workbook.add_format({"bold": True, "bg_color": "#D9E5EC", "text_wrap": True, "valign": "top"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    for column, title in enumerate(rows[0]):
        sheet.set_column(column, column, WIDE if title.startswith(("label", "hint")) else NARROW, text)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value, header if number == 0 else text)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
