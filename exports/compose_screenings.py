"""The report of screenings in one language as a value: persons who were screened, and their households."""

from anonymizer import TOTAL
from exports.edition import HOUSEHOLDS, SCREENED, Edition, codes_of
from exports.languages import Language
from exports.lay_out_tables import Grid, Row
from exports.part_report import PartReport, Section, cross, named, part_report, residences, total_last

__all__ = ["compose_screenings"]

TEXTS, BY_OUTCOME = "screenings", "screened_by_outcome"


def compose_screenings(edition: Edition, language: Language) -> PartReport:
    """Everything the report says in one language."""
    sections = (
        Section(language.say("screenings.people"), (_people(edition, language), _places(edition, language))),
        Section(language.say("screenings.outcomes"), (_outcomes(edition, language),)),
        Section(language.say("screenings.homes"), (_households(edition, language),)),
    )
    return part_report(edition, language, TEXTS, sections, _method(edition, language))


def _people(edition: Edition, language: Language) -> Grid:
    """Persons by age and gender."""
    _, genders, ages = edition.table(SCREENED).dimensions
    columns = total_last(codes_of(genders))
    rows = (
        Row(
            named(edition, language, "age_group", age),
            tuple(language.number(edition.number(SCREENED, (TOTAL, gender, age))) for gender in columns),
            total=age == TOTAL,
        )
        for age in total_last(codes_of(ages))
    )
    headings = tuple(named(edition, language, "gender", gender) for gender in columns)
    return Grid(language.say("screenings.by_age"), language.say("screenings.age"), headings, tuple(rows))


def _places(edition: Edition, language: Language) -> Grid:
    """Persons by where they live and gender."""
    genders = total_last(codes_of(edition.table(SCREENED).dimensions[1]))
    headings = tuple(named(edition, language, "gender", gender) for gender in genders)
    rows = (
        Row(
            named(edition, language, "residence", place),
            tuple(language.number(edition.number(SCREENED, (place, gender, TOTAL))) for gender in genders),
            depth,
            total=place == TOTAL,
        )
        for place, depth in residences(edition, SCREENED)
    )
    return Grid(language.say("screenings.by_place"), language.say("screenings.place"), headings, tuple(rows))


def _outcomes(edition: Edition, language: Language) -> Grid:
    """Persons by what came of the screening and gender."""
    outcomes, genders = edition.table(BY_OUTCOME).dimensions
    rows, says = [(code, 0) for code in total_last(codes_of(outcomes))], ("screenings.by_outcome", "screenings.outcome")
    return cross(edition, language, BY_OUTCOME, rows, total_last(codes_of(genders)), says=says)


def _households(edition: Edition, language: Language) -> Grid:
    """Households by where they live and how many they are."""
    sizes = total_last(codes_of(edition.table(HOUSEHOLDS).dimensions[1]))
    rows, says = residences(edition, HOUSEHOLDS), ("screenings.households", "screenings.place")
    return cross(edition, language, HOUSEHOLDS, rows, sizes, says=says)


def _method(edition: Edition, language: Language) -> tuple[str, ...]:
    policy, say = edition.now.policy, language.say
    hidden = say(
        "screenings.hidden", threshold=language.number(policy.threshold), households=language.number(policy.contributors)
    )
    more = [say("method.rules")] if policy.asks_for_more else []
    rest = (say(f"screenings.{part}") for part in ("totals", "geography"))
    return (say("provisional_meaning"), say("screenings.counted"), hidden, *more, *rest, say("method.proof"))
