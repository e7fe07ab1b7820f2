"""Waystation's own questionnaires, kept as one CSV file per sheet so that a change can be reviewed line by line.

Movement tracking asks what UNHCR's Population Movement Tracking and IOM's DTM event tracking ask; the screening and the
assistance interview follow IOM's two forms for victims of trafficking. Where the Human Trafficking Case Data Standard
(IOM, HTCDS 2.0, CC BY 4.0) has a field it lends its name, and its choice codes for the `vic_` lists. Country names follow
Unicode CLDR, and the United Nations where these word them otherwise.
"""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Final

import xlsxwriter

__all__ = ["QUESTIONNAIRES", "build_questionnaire"]

QUESTIONNAIRES: Final = ("movement_tracking", "screening_interview", "assistance_interview")
SHEETS: Final = ("survey", "choices", "settings", "entities")
FOLDER: Final = Path(__file__).parent / "questionnaires"
BUILT_AT: Final = datetime(2026, 1, 1)  # noqa: DTZ001  (a fixed local date: the same sheets give the same bytes)
NARROW, WIDE = 18, 44  # characters


def build_questionnaire(name: str) -> bytes:
    """The workbook (.xlsx) of one of `QUESTIONNAIRES`; the same bytes at every call. Raises `KeyError` for another name."""
    if name not in QUESTIONNAIRES:
        raise KeyError(name)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": name, "created": BUILT_AT})
        for path in (path for sheet in SHEETS if (path := FOLDER / name / f"{sheet}.csv").exists()):
            with path.open(encoding="utf-8", newline="") as file:
                _write_sheet(workbook, path.stem, list(csv.reader(file)))
    return target.getvalue()


def _write_sheet(workbook: xlsxwriter.Workbook, name: str, rows: list[list[str]]) -> None:
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
