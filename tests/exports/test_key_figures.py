"""Key figures: exact where every part is released, a lower bound where one is hidden, absent where there is nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from anonymizer import ProtectedPeriod
from core.periods.week import Week
from core.places import Place
from exports.compose_report import compose_report
from exports.edition import Edition
from exports.languages import language
from exports.measure_flows import MEASURES, measure


@pytest.mark.parametrize("name", MEASURES)
def test_a_figure_is_exact_only_where_all_its_parts_are_released(edition: Edition, name: str) -> None:
    table, keys = MEASURES[name](edition)
    parts = [edition.persons(table, key) for key in keys]
    figure = measure(edition, name)
    assert figure.exact == (None not in parts)
    assert figure.persons == (sum(part or 0 for part in parts) or None if None in parts else sum(map(int, parts)))


def test_a_lower_bound_is_called_one(edition: Edition) -> None:
    figures = {each.meaning: each.figure for each in compose_report(edition, language("en")).figures}
    for name in MEASURES:
        now = measure(edition, name)
        if not now.exact and now.persons:
            assert figures[language("en").say(f"figures.{name}")] == f"at least {now.persons:,}"


def test_one_country_has_no_figure_of_its_borders(
    edition: Edition, protect_week: Callable[[list[Place], Week], ProtectedPeriod]
) -> None:
    home = [place for place in edition.places.values() if place.code.startswith("XM")]
    alone = replace(edition, now=protect_week(home, edition.now.period), history=())
    report = compose_report(alone, language("en"))
    assert not any("border" in text for text in (*report.narrative, *(figure.meaning for figure in report.figures)))
