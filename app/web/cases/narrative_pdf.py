"""A signed report as a PDF (Typst, as the weekly report is), made in memory: what it says comes in as data, never as source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, cast

import typst
from babel.dates import format_datetime

from app.web.problems import ReportNotTypeset
from casework.narrative import SignedReport
from core.languages import direction_of
from exports import FONTS

__all__ = ["NarrativeSheet", "narrative_pdf"]

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
FOUR: Final = 4


@dataclass(frozen=True)
class NarrativeSheet:
    """A signed report with what a sheet of it says around its text: `words` are texts in its language."""

    report: SignedReport
    words: Mapping[str, str] = field(repr=False)
    purpose: str
    recipient: str
    signed_by: str
    printed_by: str
    printed_at: datetime

    @property
    def direction(self) -> str:
        return direction_of(self.report.language)

    @property
    def basis(self) -> str:
        return self.words[f"basis_{self.report.basis.value}"]

    @property
    def digest(self) -> str:
        """In fours, to be read out."""
        whole = self.report.digest
        return " ".join(whole[at : at + FOUR] for at in range(0, len(whole), FOUR))

    def moment(self, at: datetime) -> str:
        return format_datetime(at, "d MMM y, HH:mm 'UTC'", locale=self.report.language)

    @property
    def mark(self) -> str:
        """The watermark: who printed it, when, and the beginning of the digest."""
        return f"{self.printed_by} · {self.printed_at:%Y-%m-%d %H:%M} UTC · {self.report.digest[:16]}"


def narrative_pdf(sheet: NarrativeSheet) -> bytes:
    """The pages, each with the watermark; raises `ReportNotTypeset` for a letter that the fonts do not have."""
    said = {
        "language": sheet.report.language,
        "direction": sheet.direction,
        "title": sheet.words["nar_report"],
        "paragraphs": sheet.report.text.split("\n\n"),
        "mark": sheet.mark,
        "around": [
            [sheet.words["nar_for"], sheet.purpose],
            [sheet.words["nar_to"], sheet.recipient],
            [sheet.words["nar_basis"], sheet.basis],
            [sheet.words["nar_signed_as"], sheet.report.signed_as],
            [sheet.words["nar_signed_by"], f"{sheet.moment(sheet.report.signed_at)} ({sheet.signed_by})"],
            [sheet.words["nar_printed_by"], f"{sheet.moment(sheet.printed_at)} ({sheet.printed_by})"],
            [sheet.words["nar_number"], str(sheet.report.entry)],
            [sheet.words["nar_digest"], sheet.digest],
        ],
        "genuine": sheet.words["nar_genuine"],
        "confidential": sheet.words["nar_confidential"],
    }
    compiler = typst.Compiler(TEMPLATES / "report.typ", root=TEMPLATES, font_paths=_fonts())
    inputs, made_at = {"report": json.dumps(said)}, sheet.printed_at.replace(microsecond=0)
    try:
        pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=made_at)
    except typst.TypstError:  # its message holds what was written
        raise ReportNotTypeset from None
    return cast("bytes", pdf)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
