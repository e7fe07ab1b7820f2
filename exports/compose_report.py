"""The report of one language as a value: every text, number, table and drawing, ready to be laid out.

The pages for browsers and the PDF lay out this same value, so they cannot differ in what they say, and a test that
reads this value reads every number a reader can see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anonymizer import Population
from exports.draw_chart import draw_chart
from exports.draw_map import describe_map, draw_map
from exports.draw_pyramid import draw_pyramid
from exports.edition import COUNTRY, DISTRICT, REGION, Edition
from exports.languages import Language
from exports.lay_out_tables import Grid, arrivals_table, matrix, people_table, trend_table
from exports.measure_flows import MEASURES, Measure, change_of, measure
from exports.rank_cells import largest_places, largest_reasons
from exports.report_head import ReportHead, head_of
from exports.tell_narrative import tell_narrative

__all__ = ["KeyFigure", "Picture", "Report", "compose_report"]


@dataclass(frozen=True)
class KeyFigure:
    figure: str
    meaning: str
    change: str


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG text), the text that stands for it, and its caption; none where a table with the caption follows."""

    drawing: str
    alternative: str
    caption: str


@dataclass(frozen=True)
class Beside:
    """That a report of others lies beside, in which folder, and how it is opened."""

    folder: str
    heading: str
    says: str
    open: str


@dataclass(frozen=True)
class Report(ReportHead):
    """What one language's report says."""

    figures: tuple[KeyFigure, ...]
    narrative: tuple[str, ...]
    map: Picture
    trend: Picture
    trend_table: Grid
    regions: Grid
    districts: Grid
    arrivals: Grid
    pyramid: Picture
    people: Grid
    beside: tuple[Beside, ...]
    method: tuple[str, ...]


def compose_report(edition: Edition, language: Language, *, beside: Sequence[Population] = ()) -> Report:
    """Everything the report says in one language; `beside` are those of whom a report lies beside it."""
    say = language.say
    return Report(
        **head_of(edition, language, "title"),
        figures=_key_figures(edition, language),
        narrative=tell_narrative(edition, language),
        map=Picture(draw_map(edition, language), describe_map(edition, language), say("map.caption")),
        trend=Picture(draw_chart(edition, language), say("trend.alt"), ""),
        trend_table=trend_table(edition, language),
        regions=matrix(edition, language, "regions", (COUNTRY, REGION)),
        districts=matrix(edition, language, "districts", (COUNTRY, REGION, DISTRICT)),
        arrivals=arrivals_table(edition, language),
        pyramid=Picture(draw_pyramid(edition, language), say("people.alt"), ""),
        people=people_table(edition, language),
        beside=tuple(_beside(each, language) for each in beside),
        method=_method(edition, language),
    )


def _beside(population: Population, language: Language) -> Beside:
    return Beside(population.value, *(language.say(f"{population}.{text}") for text in ("heading", "beside", "open")))


def _key_figures(edition: Edition, language: Language) -> tuple[KeyFigure, ...]:
    reasons = _leading("reason", "reason", largest_reasons(edition, 1), edition, language)
    districts = _leading("district", "destination", largest_places(edition, DISTRICT, 1), edition, language)
    sums = ((name, measure(edition, name)) for name in MEASURES)
    applicable = ((name, now) for name, now in sums if not (now.exact and now.persons is None))
    return (*(_measured(name, now, edition, language) for name, now in applicable), *reasons, *districts)


def _measured(name: str, now: Measure, edition: Edition, language: Language) -> KeyFigure:
    figure = language.number(now.persons)
    if not now.exact and now.persons is not None:
        figure = language.say("at_least", figure=figure)
    return KeyFigure(figure, language.say(f"figures.{name}"), _against(change_of(edition, name), language))


def _against(change: int | None, language: Language) -> str:
    if change is None:
        return ""
    return language.say("against", change=language.change(change)) if change else language.say("unchanged")


def _leading(
    text: str, dimension: str, ranked: Iterable[tuple[str, int]], edition: Edition, language: Language
) -> Iterable[KeyFigure]:
    for code, persons in ranked:
        name = language.capital(edition.name(dimension, code, language))
        yield KeyFigure(language.number(persons), language.say(f"figures.{text}", name=name), "")


def _method(edition: Edition, language: Language) -> tuple[str, ...]:
    policy, say = edition.now.policy, language.say
    hidden = say(
        "method.hidden",
        threshold=language.persons(policy.threshold),
        contributors=say("reports", policy.contributors),
    )
    rest = (say(f"method.{part}") for part in (*(["rules"] if policy.asks_for_more else []), "totals", "proof", "geography"))
    return (say("provisional_meaning"), say("method.counted"), hidden, *rest)
