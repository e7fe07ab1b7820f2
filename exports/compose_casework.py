"""The report of casework in one language as a value: services that were given, referrals, and cases that were closed."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from anonymizer import TOTAL, Dimension
from exports.edition import Edition, codes_of
from exports.languages import Language
from exports.lay_out_tables import Grid
from exports.part_report import PartReport, Section, cross, part_report, residences, total_last

__all__ = ["compose_casework"]

TEXTS: Final = "casework"
BY_PERSON: Final = ("cases_by_gender", "cases_by_age")
BY_PLACE, BY_PROVIDER, BY_WAIT = "cases_by_residence", "cases_by_provider", "cases_by_wait"
WAITS_OF_PERSONS: Final = tuple(
    f"waits_by_{who}" for who in ("gender", "age", "residence", "nationality", "exploitation", "route")
)
FEW: Final = 3  # numbers of waits of persons of some kind, under which a sentence says more than a table of stars
RESIDENCE: Final = "residence"
SERVICE, NOT_ASKED = "service", "_Z"  # for anything but a service nobody waited
BY_NATIONALITY, BY_EXPLOITATION, BY_ROUTE = "cases_by_nationality", "cases_by_exploitation", "cases_by_route"


def compose_casework(edition: Edition, language: Language) -> PartReport:
    """Everything the report says in one language."""
    say = language.say
    sections = (
        Section(say("casework.people"), tuple(_by(edition, language, table) for table in BY_PERSON)),
        Section(say("casework.places"), (_by_place(edition, language),)),
        Section(say("casework.background"), tuple(_of_background(edition, language))),
        Section(say("casework.providers"), (_by(edition, language, BY_PROVIDER),)),
        _waits(edition, language),
    )
    return part_report(edition, language, TEXTS, sections, _method(edition, language))


def _by(edition: Edition, language: Language, table: str) -> Grid:
    """What happened, by one thing about the person or the provider."""
    event, other = edition.table(table).dimensions
    says = f"casework.{table}", "casework.event"
    return cross(edition, language, table, _nested(event), total_last(codes_of(other)), says=says)


def _by_place(edition: Edition, language: Language) -> Grid:
    """By where the person lives, one column a country or region."""
    event, _ = edition.table(BY_PLACE).dimensions
    places = [code for code, _ in residences(edition, BY_PLACE)]
    return cross(edition, language, BY_PLACE, _nested(event), places, says=(f"casework.{BY_PLACE}", "casework.event"))


def _waits(edition: Edition, language: Language) -> Section:
    """What happened by how long the person had waited, then of all services how long persons of each kind had.

    Of kinds of which nearly nothing can be shown that is said in one sentence: the files have what there is.
    """
    told = [table for table in WAITS_OF_PERSONS if _tells_enough(edition, table)]
    others = [language.say(f"casework.of_{table}") for table in WAITS_OF_PERSONS if table not in told]
    notes = (language.say("casework.few_waits", by=language.series(others)),) if others else ()
    grids = (_by(edition, language, BY_WAIT), *(_of_services(edition, language, table) for table in told))
    return Section(language.say("casework.waits"), grids, notes)


def _tells_enough(edition: Edition, table: str) -> bool:
    """Whether some numbers are shown that say of persons of one kind how long they had waited."""
    _, waited, person = edition.table(table).dimensions
    inner = product((code for code in waited.parents if code not in {TOTAL, NOT_ASKED}), set(person.parents) - {TOTAL})
    return sum(bool(edition.number(table, (SERVICE, *key))) for key in inner) >= FEW


def _of_services(edition: Edition, language: Language, table: str) -> Grid:
    """Of all services together; places are too many for columns and have a row each."""
    _, waited, person = edition.table(table).dimensions
    waits = [row for row in _nested(waited) if row[0] != NOT_ASKED]
    if person.name == RESIDENCE:
        rows, at, turned, corner = residences(edition, table), [code for code, _ in waits], True, "screenings.place"
    else:
        rows, at, turned, corner = waits, total_last(codes_of(person)), False, "casework.waited"
    return cross(edition, language, table, rows, at, says=(f"casework.{table}", corner), turned=turned, held=(SERVICE,))


def _of_background(edition: Edition, language: Language) -> Iterator[Grid]:
    yield _by_world(edition, language, BY_NATIONALITY)
    yield _by(edition, language, BY_EXPLOITATION)
    yield _by_world(edition, language, BY_ROUTE)


def _by_world(edition: Edition, language: Language, table: str) -> Grid:
    """By parts of the world, which are too many for columns: a row each, and of what happened the kinds alone."""
    event, world = edition.table(table).dimensions
    kinds = [*event.children[TOTAL], TOTAL]
    return cross(edition, language, table, _nested(world), kinds, says=(f"casework.{table}", "casework.world"), turned=True)


def _nested(dimension: Dimension) -> list[tuple[str, int]]:
    """Each code before its parts, the total last; each with how deep it is set."""
    return [(code, len(dimension.climb(code)) - 2) for code in codes_of(dimension) if code != TOTAL] + [(TOTAL, 0)]


def _method(edition: Edition, language: Language) -> tuple[str, ...]:
    policy, say = edition.now.policy, language.say
    hidden = say("casework.hidden", threshold=language.number(policy.threshold), persons=language.number(policy.contributors))
    rest = (say(f"casework.{part}") for part in ("totals", "geography"))
    return (say("provisional_meaning"), say("casework.counted"), hidden, say("method.rules"), *rest, say("method.proof"))
