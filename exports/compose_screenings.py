"""The report of screenings in one language as a value: persons who were screened, and their households.

It is a report of its own beside that of movements, since it counts other people: no figure of one is a part of the other's.
"""

from dataclasses import dataclass

from anonymizer import TOTAL
from exports.edition import COUNTRY, HOUSEHOLDS, REGION, SCREENED, Edition, codes_of
from exports.languages import Language
from exports.lay_out_tables import Grid, Row

__all__ = ["ScreeningReport", "compose_screenings"]


@dataclass(frozen=True)
class ScreeningReport:
    """What one language's report of screenings says; all numbers are written out."""

    language: str
    direction: str
    title: str
    operation: str
    kind: str
    period: str
    made: str
    contact: str
    people: Grid
    places: Grid
    households: Grid
    method: tuple[str, ...]


def compose_screenings(edition: Edition, language: Language) -> ScreeningReport:
    """Everything the report says in one language."""
    say, period, operation = language.say, edition.now.period, edition.operation(language)
    return ScreeningReport(
        language=language.code,
        direction=language.direction,
        title=say("screenings.title"),
        operation=operation,
        kind=edition.kind,
        period=say("period", name=language.named(period), year=period.year, days=language.days(period)),
        made=say("made", day=language.day(edition.made_at)),
        contact=say("contact", contact=edition.contact or say("contact_default", operation=operation)),
        people=_people(edition, language),
        places=_places(edition, language),
        households=_households(edition, language),
        method=_method(edition, language),
    )


def _people(edition: Edition, language: Language) -> Grid:
    """Persons by age and gender."""
    _, genders, ages = edition.table(SCREENED).dimensions
    columns = _total_last(codes_of(genders))
    rows = (
        Row(
            _name(edition, language, "age_group", age),
            tuple(language.number(edition.number(SCREENED, (TOTAL, gender, age))) for gender in columns),
            total=age == TOTAL,
        )
        for age in _total_last(codes_of(ages))
    )
    headings = tuple(_name(edition, language, "gender", gender) for gender in columns)
    return Grid(language.say("screenings.by_age"), language.say("screenings.age"), headings, tuple(rows))


def _places(edition: Edition, language: Language) -> Grid:
    """Persons by where they live and gender."""
    genders = _total_last(codes_of(edition.table(SCREENED).dimensions[1]))
    headings = tuple(_name(edition, language, "gender", gender) for gender in genders)
    rows = tuple(
        _row_of(edition, language, place, [edition.number(SCREENED, (place, gender, TOTAL)) for gender in genders])
        for place in _residences(edition)
    )
    return Grid(language.say("screenings.by_place"), language.say("screenings.place"), headings, rows)


def _households(edition: Edition, language: Language) -> Grid:
    """Households by where they live and how many they are."""
    sizes = _total_last(codes_of(edition.table(HOUSEHOLDS).dimensions[1]))
    headings = tuple(_name(edition, language, "household_size", size) for size in sizes)
    rows = tuple(
        _row_of(edition, language, place, [edition.number(HOUSEHOLDS, (place, size)) for size in sizes])
        for place in _residences(edition)
    )
    return Grid(language.say("screenings.households"), language.say("screenings.place"), headings, rows)


def _row_of(edition: Edition, language: Language, place: str, numbers: list[int | None]) -> Row:
    depth = edition.places[place].level if place in edition.places else 0
    return Row(_name(edition, language, "residence", place), tuple(map(language.number, numbers)), depth, total=place == TOTAL)


def _residences(edition: Edition) -> list[str]:
    """Countries and regions, then those of whom it is not known, then all."""
    places = edition.places_at(COUNTRY, REGION, dimension="residence")
    others = [code for code in codes_of(edition.table(SCREENED).dimensions[0]) if code not in edition.places]
    return [*places, *_total_last(others)]


def _total_last(codes: list[str]) -> list[str]:
    return [*(code for code in codes if code != TOTAL), TOTAL]


def _name(edition: Edition, language: Language, dimension: str, code: str) -> str:
    return language.capital(edition.name(dimension, code, language))


def _method(edition: Edition, language: Language) -> tuple[str, ...]:
    policy, say = edition.now.policy, language.say
    hidden = say(
        "screenings.hidden", threshold=language.number(policy.threshold), households=language.number(policy.contributors)
    )
    more = [say("method.rules")] if policy.asks_for_more else []
    rest = (say(f"screenings.{part}") for part in ("totals", "geography"))
    return (say("provisional_meaning"), say("screenings.counted"), hidden, *more, *rest, say("method.proof"))
