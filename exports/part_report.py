"""A report beside that of movements, in one language, as a value.

It counts others, so no figure of one is part of the other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymizer import TOTAL
from exports.edition import COUNTRY, REGION, Edition, codes_of
from exports.languages import Language
from exports.lay_out_tables import Grid, Row
from exports.report_head import ReportHead, head_of

__all__ = ["PartReport", "Section", "cross", "named", "part_report", "residences", "total_last"]


@dataclass(frozen=True)
class Section:
    """Some tables under a heading, and what is said of those that are not there."""

    heading: str
    tables: tuple[Grid, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartReport(ReportHead):
    """What one language's report says. `back` is how it calls the report of movements."""

    back: str
    sections: tuple[Section, ...]
    method: tuple[str, ...]


def part_report(
    edition: Edition, language: Language, texts: str, sections: Sequence[Section], method: Sequence[str]
) -> PartReport:
    """The report whose title stands in the group `texts`."""
    return PartReport(
        **head_of(edition, language, f"{texts}.title"),
        back=language.say("screenings.back"),
        sections=tuple(sections),
        method=tuple(method),
    )


def cross(
    edition: Edition,
    language: Language,
    table: str,
    rows: Sequence[tuple[str, int]],
    at: Sequence[str],
    *,
    says: tuple[str, str],
    turned: bool = False,
    held: tuple[str, ...] = (),
) -> Grid:
    """A table of two dimensions: `rows` are codes of the first with how deep each is set, `at` the codes of the second; `says`
    are the texts of its caption and of its corner. `turned`: the rows are those of the second. Of a table of more dimensions
    it is the last two, where the others are `held` at a code each."""
    dimensions = edition.table(table).dimensions[len(held) :]
    first, second = reversed(dimensions) if turned else dimensions

    def number(row: str, column: str) -> int | None:
        return edition.number(table, (*held, *((column, row) if turned else (row, column))))

    laid = (
        Row(
            named(edition, language, first.name, code),
            tuple(language.number(number(code, other)) for other in at),
            depth,
            total=code == TOTAL,
        )
        for code, depth in rows
    )
    headings = tuple(named(edition, language, second.name, other) for other in at)
    caption, corner = (language.say(text) for text in says)
    return Grid(caption, corner, headings, tuple(laid))


def residences(edition: Edition, table: str) -> list[tuple[str, int]]:
    """Countries and regions, then those of whom it is not known, then all; each with how deep it is set."""
    residence = next(each for each in edition.table(table).dimensions if each.name == "residence")
    places = edition.places_at(COUNTRY, REGION, dimension="residence")
    others = [code for code in codes_of(residence) if code not in edition.places]
    return [*((code, edition.places[code].level) for code in places), *((code, 0) for code in total_last(others))]


def total_last(codes: Sequence[str]) -> list[str]:
    """The codes with their total at the end."""
    return [*(code for code in codes if code != TOTAL), TOTAL]


def named(edition: Edition, language: Language, dimension: str, code: str) -> str:
    """What a code is called at the start of a line."""
    return language.capital(edition.name(dimension, code, language))
