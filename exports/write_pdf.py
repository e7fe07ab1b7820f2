"""The report on paper (Typst): tagged for screen readers, in the language's own direction, fonts brought along.

The document is checked against PDF/UA-1 (ISO 14289-1) while it is made.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final, cast

import typst

from exports.compose_report import Report
from exports.errors import LetterMissing
from exports.languages import Language, language
from exports.part_report import PartReport
from exports.render_template import FONTS, TEMPLATES

__all__ = ["write_part_pdfs", "write_pdfs"]

EVERY: Final = {"provisional": "provisional", "page": "page", "method": "method.heading"}
WORDS: Final = EVERY | {
    "figures": "figures.heading",
    "summary": "summary.heading",
    "map": "map.heading",
    "disclaimer": "map.disclaimer",
    "trend": "trend.heading",
    "note": "trend.note",
    "matrix": "matrix.heading",
    "elsewhere": "matrix.elsewhere",
    "people": "people.heading",
    "arrivals": "arrivals.heading",
}


def write_pdfs(reports: Iterable[Report], made_at: datetime) -> Iterator[tuple[str, bytes]]:
    """(language, PDF) of each report. Raises `LetterMissing`."""
    return _typeset("report.typ", WORDS, reports, made_at)


def write_part_pdfs(reports: Iterable[PartReport], made_at: datetime) -> Iterator[tuple[str, bytes]]:
    """The same of reports beside that of movements."""
    return _typeset("part.typ", EVERY, reports, made_at)


def _typeset(
    template: str, words: Mapping[str, str], reports: Iterable[Report | PartReport], made_at: datetime
) -> Iterator[tuple[str, bytes]]:
    """The fonts are read once."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    compiler = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=fonts)
    for report in reports:
        inputs = {
            "report": json.dumps(asdict(report)),
            "words": json.dumps(_words(words, language(report.language, report.kind))),
        }
        try:
            pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=made_at)
        except typst.TypstError as error:
            raise LetterMissing(language=report.language, reason=error.message) from error
        yield report.language, cast("bytes", pdf)  # one document, and so not a list of pages


def _words(words: Mapping[str, str], spoken: Language) -> dict[str, str]:
    numbers = {"page": "{page}", "pages": "{pages}"}  # Typst counts the pages
    return {name: spoken.say(key, **numbers) for name, key in words.items()}
