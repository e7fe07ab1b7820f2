"""Every number that a reader can see is a released cell, or follows from released cells by adding and subtracting.

The test reads the finished report as an attacker would: words, alternative texts, drawings, chart data, globe file.
"""

import re
from collections.abc import Iterator
from itertools import chain

import pytest
from lxml import etree

from anonymizer import ProtectedPeriod
from exports import LANGUAGES, Release
from exports.compose_report import Report, compose_report
from exports.draw_chart import chart_rows, shown_periods
from exports.edition import Edition
from exports.languages import code_names, language
from exports.lay_out_tables import Grid

GROUP = "[,\u202f]"  # between thousands
NUMBER = re.compile(rf"\d{{1,3}}(?:{GROUP}\d{{3}})+|\d+")
COUNTRY, REGION = 2, 4  # letters of a place's code
KINDS = ("within_regions", "between_regions", "across_borders", "children")


def numbers(text: str) -> set[int]:
    """All numbers in a text, without the words that hold a number which counts nobody."""
    for aside in ("18 years", "18 ans", "18 عامًا"):
        text = text.replace(aside, "")
    return {int(re.sub(GROUP, "", found)) for found in NUMBER.findall(text)}


def allowed(edition: Edition) -> set[int]:
    """What follows from released cells: themselves, the sums the report states, and changes of either in a week."""
    now, before = _figures_of(edition.now), _figures_of(edition.previous) if edition.previous else {}
    changes = {abs(now[key] - before[key]) for key in now.keys() & before.keys()}
    return changes.union(now.values(), *(_figures_of(week).values() for week in edition.history))


def _figures_of(week: ProtectedPeriod) -> dict[tuple[str, ...], int]:
    """Released cells, and the sums over them, found anew: by the length of the codes, not by the report's own code."""
    movements, arrivals = (table.cells for table in week.tables)
    figures = {(table.name, *key): value for table in week.tables for key, value in table.cells.items() if value is not None}
    sums = dict.fromkeys(KINDS, 0)
    for (origin, destination, reason), persons in movements.items():
        if reason == "_T" and len(origin) == len(destination):
            for kind in _kinds(origin, destination):
                sums[kind] += persons or 0
    sums["children"] = sum(arrivals["_T", "_T", age] or 0 for age in ("0-4", "5-11", "12-17"))
    return figures | {(kind,): total for kind, total in sums.items()}


def _kinds(origin: str, destination: str) -> Iterator[str]:
    if len(origin) == REGION and origin[:2] == destination[:2]:
        yield "within_regions" if origin == destination else "between_regions"
    if len(origin) == COUNTRY and "_T" not in {origin, destination} and origin != destination:
        yield "across_borders"


def _said(report: Report) -> str:
    figures = chain.from_iterable((each.figure, each.change) for each in report.figures)
    alternatives = (report.map.alternative, report.trend.alternative, report.pyramid.alternative)
    grids = (report.trend_table, report.regions, report.districts, report.arrivals, report.people)
    return "\n".join([*figures, *report.narrative, *alternatives, *chain.from_iterable(map(_figures, grids))])


def _figures(grid: Grid) -> Iterator[str]:
    for row in grid.rows:
        yield from row.cells


def _drawn(drawing: str) -> str:
    """The words in a drawing, tooltips too, but for the legend and the names of ages."""
    root = etree.fromstring(drawing.encode())
    for legend in root.iterfind(".//{*}g[@class='legend']"):
        legend.clear()
    return "\n".join(text for text in root.itertext() if text.strip())


@pytest.mark.parametrize("code", LANGUAGES)
def test_words_tables_and_alternative_texts(edition: Edition, code: str) -> None:
    found = numbers(_said(compose_report(edition, language(code))))
    assert len(found) > 50
    assert found <= allowed(edition)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_map(edition: Edition, code: str) -> None:
    found = numbers(_drawn(compose_report(edition, language(code)).map.drawing))
    assert found
    assert found <= allowed(edition)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_bars_by_sex_and_age(edition: Edition, code: str) -> None:
    drawn = _drawn(compose_report(edition, language(code)).pyramid.drawing)
    for age in code_names(code)["age"].values():
        drawn = drawn.replace(age, "")
    assert numbers(drawn) <= allowed(edition)


def test_the_chart_is_given_released_cells_and_a_mark_where_there_is_none(edition: Edition) -> None:
    rows = chart_rows(edition, language("en"))
    assert {row["persons"] for row in rows} <= allowed(edition) | {0}
    missing = {(week, reason) for week, reason in _suppressed(edition)}
    assert {(row["week"], row["reason"]) for row in rows if row["label"] == "*"} == missing


def _suppressed(edition: Edition) -> Iterator[tuple[str, str]]:
    for week, released in shown_periods(edition).items():
        for (origin, destination, reason), persons in released.tables[0].cells.items() if released else ():
            if (origin, destination) == ("_T", "_T") and reason != "_T" and persons is None:
                yield str(week), language("en").label("reason", reason)


def test_the_globe_file(edition: Edition, release: Release) -> None:
    root = etree.parse(release.folder / "movements.kml")
    described = "\n".join(text for text in root.xpath("//*[local-name()='Placemark']/*[local-name()='description']/text()"))
    assert numbers(described) <= allowed(edition)


def test_a_number_from_elsewhere_would_be_found(edition: Edition) -> None:
    """The watchdog barks: a figure that no released cell gives is seen in a sentence."""
    strange = next(number for number in range(1000, 10**6) if number not in allowed(edition))
    assert not numbers(f"In truth {language('fr').persons(strange)} arrived.") <= allowed(edition)
