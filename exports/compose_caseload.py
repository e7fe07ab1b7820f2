"""The report of the caseload in one language as a value: how many persons had an open case at the end of the month."""

from collections.abc import Sequence
from typing import Final

from anonymizer import TOTAL
from exports.edition import Edition, codes_of
from exports.languages import Language
from exports.lay_out_tables import Grid, Row
from exports.part_report import PartReport, Section, named, part_report, residences, total_last

__all__ = ["compose_caseload"]

TEXTS: Final = "caseload"
BY_PLACE: Final = "caseload_by_residence"


def compose_caseload(edition: Edition, language: Language) -> PartReport:
    """Everything the report says in one language: a table for each thing about the persons, where they live at the end."""
    say = language.say
    by_person = [table.name for table in edition.now.tables if table.name != BY_PLACE]
    people = [_by(edition, language, table, _codes(edition, table)) for table in by_person]
    sections = (
        Section(say("caseload.people"), tuple(people)),
        Section(say("caseload.places"), (_by(edition, language, BY_PLACE, residences(edition, BY_PLACE)),)),
    )
    return part_report(edition, language, TEXTS, sections, _method(edition, language))


def _codes(edition: Edition, table: str) -> Sequence[tuple[str, int]]:
    """Each code with how deep it is set, the total at the end."""
    [dimension] = edition.table(table).dimensions
    return [(code, max(0, len(dimension.climb(code)) - 2)) for code in total_last(codes_of(dimension))]


def _by(edition: Edition, language: Language, table: str, codes: Sequence[tuple[str, int]]) -> Grid:
    """Persons by one thing about them; each code with how deep it is set."""
    [dimension] = edition.table(table).dimensions
    rows = (
        Row(
            named(edition, language, dimension.name, code),
            (language.number(edition.number(table, (code,))),),
            depth,
            total=code == TOTAL,
        )
        for code, depth in codes
    )
    caption, persons = language.say(f"caseload.{table}"), language.say("caseload.persons")
    return Grid(caption, language.say(f"caseload.{dimension.name}"), (persons,), tuple(rows))


def _method(edition: Edition, language: Language) -> tuple[str, ...]:
    policy, say = edition.now.policy, language.say
    hidden = say("caseload.hidden", threshold=language.number(policy.threshold), persons=language.number(policy.contributors))
    rest = (say(f"caseload.{part}") for part in ("months", "totals", "geography"))
    return (say("provisional_meaning"), say("caseload.counted"), hidden, say("method.rules"), *rest, say("method.proof"))
