"""A first release has nothing to compare with, and says nothing of a week before."""

from dataclasses import replace

from exports.compose_report import compose_report
from exports.edition import Edition
from exports.languages import language


def test_no_change_is_stated_without_a_week_before(edition: Edition) -> None:
    report = compose_report(replace(edition, history=()), language("en"))
    assert {figure.change for figure in report.figures} == {""}
    assert not any("week before" in paragraph for paragraph in report.narrative)
    assert len(report.trend_table.columns) == 1


def test_a_week_missing_in_between_is_a_gap_and_not_compared(edition: Edition) -> None:
    older = replace(edition, history=edition.history[:1])
    report = compose_report(older, language("en"))
    assert report.trend_table.columns == ("Week 4", "Week 5", "Week 6", "Week 7")
    assert {row.cells[1:3] for row in report.trend_table.rows} == {("–", "–")}
    assert {figure.change for figure in report.figures} == {""}
