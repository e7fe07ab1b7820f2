"""The report as pages for browsers: one file each that needs no other, no network and no script."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from exports.compose_report import Report
from exports.languages import LANGUAGES, NOT_SHOWN, Language, language
from exports.part_report import PartReport
from exports.render_template import TEMPLATES, render_template

__all__ = ["write_html", "write_index", "write_part"]


@dataclass(frozen=True)
class Entry:
    report: Report
    language: Language


def write_html(report: Report) -> bytes:
    """One language's page."""
    return _page("report.html.j2", report)


def write_part(report: PartReport) -> bytes:
    """The same of a report beside that of movements."""
    return _page("part.html.j2", report)


def _page(template: str, report: Report | PartReport) -> bytes:
    spoken = language(report.language, report.kind)
    page = render_template(
        template,
        report=report,
        say=spoken.say,
        mark=NOT_SHOWN,
        languages=[(code, language(code).say("name")) for code in LANGUAGES],
        style=_style(),
    )
    return page.encode()


def write_index(reports: Sequence[Report], tables: Sequence[str]) -> bytes:
    """The page that leads to every file of the release."""
    entries = [Entry(report, language(report.language, report.kind)) for report in reports]
    return render_template("index.html.j2", entries=entries, tables=tables, style=_style()).encode()


def _style() -> Markup:
    return Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704  (our own file)
