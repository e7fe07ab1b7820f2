"""The report's tables as values: headings and figures written out, ready to be laid out in any format."""

from dataclasses import dataclass

from anonymizer import TOTAL, ProtectedPeriod
from exports.draw_chart import shown_periods, shown_reasons
from exports.draw_pyramid import age_bands, sexes
from exports.edition import ARRIVALS, COUNTRY, DISTRICT, MOVEMENTS, REGION, Edition
from exports.languages import Language

__all__ = ["Grid", "Row", "arrivals_table", "matrix", "people_table", "trend_table"]


@dataclass(frozen=True)
class Row:
    """A table's row; `depth` is 0 for a total or country and grows downward; `total` marks a sum of the rows."""

    heading: str
    cells: tuple[str, ...]
    depth: int = 0
    total: bool = False


@dataclass(frozen=True)
class Grid:
    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(edition: Edition, language: Language, caption: str, levels: tuple[int, ...]) -> Grid:
    """Origin x destination over all reasons, for places of some levels, the total last."""
    origins = [*edition.places_at(*levels, dimension="origin"), TOTAL]
    destinations = [*edition.places_at(*levels), TOTAL]
    rows = (
        Row(
            _place(origin, edition, language),
            tuple(language.number(edition.persons(MOVEMENTS, (origin, each, TOTAL))) for each in destinations),
            _depth(origin, edition),
            total=origin == TOTAL,
        )
        for origin in origins
    )
    columns = tuple(_place(code, edition, language) for code in destinations)
    return Grid(language.say(f"matrix.{caption}"), language.say("matrix.corner"), columns, tuple(rows))


def _place(code: str, edition: Edition, language: Language) -> str:
    return language.capital(edition.name("destination", code, language))


def _depth(code: str, edition: Edition) -> int:
    return 0 if code == TOTAL else edition.places[code].level


def arrivals_table(edition: Edition, language: Language) -> Grid:
    """Arrivals by place, with the change from the period before where both are released."""
    say = language.say
    rows = (
        Row(
            _place(code, edition, language),
            _compared((code, TOTAL, TOTAL), edition, language),
            _depth(code, edition),
            total=code == TOTAL,
        )
        for code in [*edition.places_at(COUNTRY, REGION, DISTRICT), TOTAL]
    )
    columns = (say("arrivals.now"), say("arrivals.before"), say("arrivals.change"))
    return Grid(say("arrivals.caption"), say("arrivals.place"), columns, tuple(rows))


def _compared(key: tuple[str, ...], edition: Edition, language: Language) -> tuple[str, str, str]:
    now = edition.persons(ARRIVALS, key)
    if edition.previous is None:
        return language.number(now), language.say("trend.no_release"), ""
    before = edition.persons(ARRIVALS, key, edition.previous)
    change = None if now is None or before is None else now - before
    return language.number(now), language.number(before), language.change(change)


def trend_table(edition: Edition, language: Language) -> Grid:
    """Persons by reason and period, as on the chart."""
    periods = shown_periods(edition)
    columns = tuple(language.say("trend.column", name=language.named(period)) for period in periods)
    rows = (
        Row(
            language.capital(edition.name("reason", reason, language)),
            tuple(_of_period(edition, language, released, reason) for released in periods.values()),
            total=reason == TOTAL,
        )
        for reason in [*shown_reasons(edition), TOTAL]
    )
    return Grid(language.say("trend.caption"), language.say("trend.reason"), columns, tuple(rows))


def _of_period(edition: Edition, language: Language, released: ProtectedPeriod | None, reason: str) -> str:
    if released is None:
        return language.say("trend.no_release")
    return language.number(edition.persons(MOVEMENTS, (TOTAL, TOTAL, reason), released))


def people_table(edition: Edition, language: Language) -> Grid:
    """Arrivals by age and sex."""
    columns = [*sexes(edition), TOTAL]
    rows = (
        Row(
            language.capital(edition.name("age", age, language)),
            tuple(language.number(edition.persons(ARRIVALS, (TOTAL, sex, age))) for sex in columns),
            total=age == TOTAL,
        )
        for age in [*age_bands(edition), TOTAL]
    )
    headings = tuple(language.capital(edition.name("sex", sex, language)) for sex in columns)
    return Grid(language.say("people.caption"), language.say("people.age"), headings, tuple(rows))
