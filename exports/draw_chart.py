"""The chart: one small column chart for each reason, a column for each period, drawn by Vega-Lite without a browser.

All charts share one scale, so that reasons can be compared. A suppressed cell has a star instead of a column; a
period without a release is empty. The newest is dark.
"""

import json
from functools import cache
from itertools import chain
from typing import Any, Final

import vl_convert

from anonymizer import TOTAL, ProtectedPeriod
from core.periods.period import Period
from exports.edition import MOVEMENTS, Edition, codes_of
from exports.languages import Language
from exports.render_template import FONTS

__all__ = ["LONGEST", "chart_rows", "draw_chart", "shown_periods", "shown_reasons"]

LONGEST: Final = 12  # periods on the chart: a quarter of a year in weeks, a year in months
COLUMNS: Final = 3
PANEL: Final = (190, 96)
VERSION: Final = "6.4"  # of Vega-Lite, among those that vl-convert carries
INK, QUIET, STAR = "#1c2b36", "#5b6b76", "#8a3b08"
NEWEST, EARLIER = "#0f4763", "#5d98b5"


def draw_chart(edition: Edition, language: Language) -> str:
    """The chart as SVG text."""
    _register_fonts()
    return vl_convert.vegalite_to_svg(
        _specification(edition, language), vl_version=VERSION, format_locale=_number_format(language)
    )


def shown_periods(edition: Edition) -> dict[Period, ProtectedPeriod | None]:
    """The periods on the chart in order, up to the newest; None where no release is at hand."""
    released = {past.period: past for past in (*edition.history, edition.now)}
    newest = edition.now.period
    first = min(period.monday for period in released)
    periods = [newest.plus(-back) for back in reversed(range(LONGEST))]
    return {period: released.get(period) for period in periods if period.monday >= first}


def shown_reasons(edition: Edition) -> list[str]:
    """The reasons, in order of their code."""
    *_, reasons = edition.table(MOVEMENTS).dimensions
    return [code for code in codes_of(reasons) if code != TOTAL]


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def _number_format(language: Language) -> dict[str, Any]:
    symbols = language.locale.number_symbols["latn"]
    return {"decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3], "currency": ["", ""]}


def _specification(edition: Edition, language: Language) -> dict[str, Any]:
    order = [language.label("reason", reason) for reason in shown_reasons(edition)]
    rows = [order[start : start + COLUMNS] for start in range(0, len(order), COLUMNS)]
    mirrored = language.direction == "rtl"
    return {
        "data": {"values": chart_rows(edition, language)},
        "facet": {
            "field": "reason",
            "type": "nominal",
            "title": None,
            "sort": list(chain(*(row[::-1] for row in rows))) if mirrored else order,
        },
        "columns": COLUMNS,
        "bounds": "flush",
        "resolve": {"axis": {"x": "independent", "y": "independent"}},
        "spec": _panel(edition, language, mirrored=mirrored),
        "config": LOOK,
    }


def chart_rows(edition: Edition, language: Language) -> list[dict[str, Any]]:
    """What the chart is drawn from: for each released period and reason, the column's height and its figure or star."""
    return [
        _row(edition, language, period, released, reason)
        for period, released in shown_periods(edition).items()
        if released
        for reason in shown_reasons(edition)
    ]


def _row(edition: Edition, language: Language, period: Period, released: ProtectedPeriod, reason: str) -> dict[str, Any]:
    persons = edition.persons(MOVEMENTS, (TOTAL, TOTAL, reason), released)
    labelled = not persons or released is edition.now  # a zero is said, or it would look like a missing period
    return {
        "period": str(period),
        "reason": language.label("reason", reason),
        "persons": persons or 0,
        "label": language.number(persons) if labelled else "",
        "colour": STAR if persons is None else NEWEST if released is edition.now else EARLIER,
    }


def _panel(edition: Edition, language: Language, *, mirrored: bool) -> dict[str, Any]:
    called = {str(period): str(period.number) for period in shown_periods(edition)}
    periods = list(called)
    width, height = PANEL
    across = {
        "field": "period",
        "type": "ordinal",
        "scale": {"domain": periods[::-1] if mirrored else periods},
        "axis": {"title": language.say("trend.axis"), "labelExpr": f"{json.dumps(called)}[datum.value]", "labelAngle": 0},
    }
    up = {
        "field": "persons",
        "type": "quantitative",
        "scale": {"domainMax": _headroom(edition, language)},
        "axis": {"title": None, "orient": "right" if mirrored else "left"},
    }
    label = {"type": "text", "dy": -8, "fontWeight": "bold", "aria": False}
    figure = {"text": {"field": "label"}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    size = min(30, round(width / len(periods) * 0.72))
    return {
        "width": width,
        "height": height,
        "encoding": {"x": across, "y": up, "color": colour},
        "layer": [
            {"mark": {"type": "bar", "size": size, "aria": False}},
            {"mark": label | {"stroke": "white", "strokeWidth": 3}, "encoding": figure},
            {"mark": label, "encoding": figure},
        ],
    }


def _headroom(edition: Edition, language: Language) -> float:
    """The top of the scale, with room for a figure on the highest column."""
    return 1.2 * max((row["persons"] for row in chart_rows(edition, language)), default=0) or 1


LOOK: Final[dict[str, Any]] = {
    "font": "Noto Sans, Noto Naskh Arabic, sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "facet": {"spacing": {"row": 62, "column": 44}},
    "header": {"labelFontSize": 13, "labelFontWeight": "bold", "labelColor": INK, "labelPadding": 4},
    "axis": {"labelColor": QUIET, "titleColor": QUIET, "titleFontWeight": "normal", "labelFontSize": 11, "titleFontSize": 11},
    "axisX": {"domainColor": INK, "ticks": False, "labelPadding": 4},
    "axisY": {"domain": False, "ticks": False, "gridColor": "#dfe4e6", "tickCount": 3},
    "text": {"fontSize": 11},
}
