"""A month's report: the same figures, said of a month."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.periods.month import Month
from core.periods.year import Year
from exports import LANGUAGES, Release, build_release
from exports.compose_report import compose_report
from exports.edition import Edition, make_edition
from exports.errors import HistoryUnfit
from exports.languages import language

FEBRUARY = Month(2026, 2)
WEEKLY = {"en": ("week", "Week"), "fr": ("semaine", "Semaine"), "ar": ("أسبوع",)}


@pytest.fixture(scope="module")
def monthly(edition: Edition) -> Edition:
    """The tables of the land's newest week, as if they were those of a month."""
    earlier = [replace(past, period=FEBRUARY.plus(-back)) for back, past in enumerate(edition.history, start=1)]
    return make_edition(
        replace(edition.now, period=FEBRUARY),
        earlier,
        operation_names=edition.operation_names,
        places=list(edition.places.values()),
        contact="",
        made_at=edition.made_at,
    )


@pytest.fixture(scope="module")
def released(monthly: Edition, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build_release(
        monthly.now,
        monthly.history,
        operation_names=monthly.operation_names,
        places=list(monthly.places.values()),
        folder=tmp_path_factory.mktemp("months") / "2026-M02",
        made_at=monthly.made_at,
    )


@pytest.mark.parametrize(
    ("code", "title", "period"),
    [
        ("en", "Monthly movement report", "February 2026: 2 Feb – 1 Mar 2026"),
        ("fr", "Rapport mensuel sur les mouvements", "février 2026 : 2 févr. – 1 mars 2026"),
        ("ar", "التقرير الشهري عن التنقلات", "فبراير 2026: 2 فبراير – 1 مارس 2026"),
    ],
)
def test_the_report_names_its_month_and_days(monthly: Edition, code: str, title: str, period: str) -> None:
    report = compose_report(monthly, language(code, "month"))
    assert (report.title, report.period.replace("\u200f", "").replace("\u2009", " ")) == (title, period)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sentence_speaks_of_a_week_but_to_say_what_a_month_is(released: Release, code: str) -> None:
    page = html.unescape((released.folder / f"report.{code}.html").read_text(encoding="utf-8"))
    method = language(code, "month").say("method.counted")
    rest = page.replace(method, "")
    assert method in page
    assert not [word for word in WEEKLY[code] if word in rest]


def test_a_month_is_compared_with_the_month_before(monthly: Edition) -> None:
    assert monthly.previous is not None
    assert str(monthly.previous.period) == "2026-M01"
    assert "month before" in compose_report(monthly, language("en", "month")).narrative[0]


def test_a_week_does_not_stand_before_a_month(edition: Edition, monthly: Edition, build: Callable[[Path], Release]) -> None:
    with pytest.raises(HistoryUnfit, match="2026-W06 of TEST cannot stand before 2026-M02"):
        make_edition(
            monthly.now,
            [edition.history[-1]],
            operation_names=monthly.operation_names,
            places=list(monthly.places.values()),
            contact="",
            made_at=monthly.made_at,
        )


def test_the_tables_name_the_month(released: Release) -> None:
    head, first, *_ = (released.folder / "data" / "movements.csv").read_text().splitlines()
    assert head.startswith("month,origin,")
    assert first.startswith("2026-M02,_T,")


@pytest.mark.parametrize(
    ("code", "title", "period"),
    [
        ("en", "Yearly movement report", "2025: 30 Dec 2024 – 28 Dec 2025"),
        ("fr", "Rapport annuel sur les mouvements", "2025 : 30 déc. 2024 – 28 déc. 2025"),
        ("ar", "التقرير السنوي عن التنقلات", "2025: 30 ديسمبر 2024 – 28 ديسمبر 2025"),
    ],
)
def test_a_year_is_told_as_a_month_is(edition: Edition, code: str, title: str, period: str) -> None:
    earlier = [replace(past, period=Year(2025).plus(-back)) for back, past in enumerate(edition.history, start=1)]
    yearly = replace(edition, now=replace(edition.now, period=Year(2025)), history=tuple(reversed(earlier)))
    report = compose_report(yearly, language(code, "year"))
    assert (report.title, report.period.replace("\u200f", "").replace("\u2009", " ")) == (title, period)
    assert yearly.previous is not None
    under_columns = re.findall(r">(\d+)</text>", report.trend.drawing)
    assert {"2024", "2025"} <= set(under_columns)
    assert not [word for text in report.narrative for word in WEEKLY[code] if word in text]
