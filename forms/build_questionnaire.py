"""Waystation's own questionnaires, kept as one CSV file per sheet so that a change can be reviewed line by line.

Movement tracking asks what UNHCR's Population Movement Tracking and IOM's DTM event tracking ask; the screening and the
assistance interview follow IOM's two forms for victims of trafficking. Where the Human Trafficking Case Data Standard
(IOM, HTCDS 2.0, CC BY 4.0) has a field it lends its name, and its choice codes for the `vic_` lists. Country names follow
Unicode CLDR, and the United Nations where these word them otherwise.
"""

import csv
from pathlib import Path
from typing import Final

from forms.write_workbook import write_workbook

__all__ = ["QUESTIONNAIRES", "build_questionnaire"]

QUESTIONNAIRES: Final = ("movement_tracking", "screening_interview", "assistance_interview")
SHEETS: Final = ("survey", "choices", "settings", "entities")
FOLDER: Final = Path(__file__).parent / "questionnaires"


def build_questionnaire(name: str) -> bytes:
    """The workbook (.xlsx) of one of `QUESTIONNAIRES`; the same bytes at every call. Raises `KeyError` for another name."""
    if name not in QUESTIONNAIRES:
        raise KeyError(name)
    sheets = {sheet: path for sheet in SHEETS if (path := FOLDER / name / f"{sheet}.csv").exists()}
    return write_workbook(name, {sheet: _rows(path) for sheet, path in sheets.items()})


def _rows(sheet: Path) -> list[list[str]]:
    with sheet.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
