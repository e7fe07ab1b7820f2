"""From admitted records to a released folder: count, protect and prove, store, build, publish. By weeks, months and years.

Transactions in zones that cannot reach what the others may see: casework hands over coarse facts of its own
(`app.releases.case_facts`); the anonymizer counts facts and writes protected tables; the release zone reads protected tables,
and writes statistics once the folder is whole. An officer's right is asked for before (`protect_as`, `release_as`); the deed
itself is the program's, under the officer's name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

import anonymizer
import exports
from anonymizer import Population, asking, elsewhere, ledger, weeks
from app.operations import find_operation
from app.program import Program
from app.releases.case_facts import fresh_case_facts
from app.releases.caseload import protect_caseload
from app.releases.kept_aside import is_released
from core.access import UNASSIGNED, Access, require
from core.clock import now
from core.database import Zone
from core.errors import Problem
from core.periods.month import Month
from core.periods.period import Period, Sum, kind_of, parts_of
from core.periods.week import Week
from core.permissions import Right
from core.places import load_places

__all__ = [
    "EARLIER",
    "PeriodNotOver",
    "Search",
    "protect_as",
    "protect_period",
    "protect_sum",
    "protect_week",
    "release_as",
    "release_period",
    "require_protecting",
    "search_along",
]

EARLIER: Final = 12  # how many periods back the report's chart looks
_COUNTED: Final = {Population.SCREENINGS: weeks.count_screenings, Population.CASEWORK: weeks.count_casework}
_OF_CASES: Final = tuple(_COUNTED)


class Search(NamedTuple):
    """Who is told how far the search is, and where its pieces are kept."""

    progress: Callable[[int, int], None] | None = None
    kept: asking.SealedPieces | None = None


NOT_FOLLOWED: Final = Search()


class PeriodNotOver(Problem):
    code = "APP-007"
    says = "{period} is not over yet."
    remedy = "Release it after {sunday}: what is protected is never changed, so what comes later would be left out."


def protect_as(program: Program, access: Access, period: Period) -> anonymizer.ProtectedPeriod:
    """Protect a period on behalf of an officer; raises `NotAllowed`, `PeriodNotOver` and what protecting raises."""
    require_protecting(program, access, period)
    return protect_period(program, access.operation, period, actor=access.actor)


def require_protecting(program: Program, access: Access, period: Period) -> None:
    """Whether an officer may have a period protected by now; raises `NotAllowed` or `PeriodNotOver`."""
    _require(program, access, Zone.ANONYMIZER, Right.PROTECT_WEEK, period)
    _check_over(period)


def release_as(program: Program, access: Access, period: Period, folder: Path) -> exports.Release:
    """Release what is protected, on behalf of an officer; raises `NotAllowed` and what `release_period` does."""
    _require(program, access, Zone.RELEASE, Right.RELEASE_WEEK, period)
    return release_period(program, access.operation, period, folder, actor=access.actor)


def _require(program: Program, access: Access, zone: Zone, right: Right, period: Period) -> None:
    """A period is released for the whole operation, so a grant within a team or an organisation is not enough."""
    with program.database.transaction(zone, access=access) as session:
        require(session, right, UNASSIGNED, subject=f"anonymizer.{kind_of(period)}:{period}")


def protect_period(
    program: Program, operation: str, period: Period, *, actor: str, search: Search = NOT_FOLLOWED
) -> anonymizer.ProtectedPeriod:
    """Protect a week, a month or a year."""
    if isinstance(period, Week):
        return protect_week(program, operation, period, actor=actor, search=search)
    return protect_sum(program, operation, period, actor=actor, search=search)


def protect_week(
    program: Program, operation: str, week: Week, *, actor: str, search: Search = NOT_FOLLOWED
) -> anonymizer.ProtectedPeriod:
    """Count one week's movements, screenings and casework, protect the tables of each and store them with their proofs; the
    movements.

    Raises `PeriodNotOver`. What is protected already stays as it is: what came late is kept and not counted. Screenings or
    casework that are refused are kept aside (`asking.asides`), and tried again whenever the week is protected again, until it
    is released.
    """
    _check_over(week)
    movements = _standing(program, operation, week, actor=actor)
    if movements is None:
        counted = _count(program, operation, week, actor=actor)
        with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
            movements = _protect(session, program, counted, search)
            _note_asides(session, operation, week)
    _protect_asides(program, operation, week, actor=actor)
    return movements


def _standing(program: Program, operation: str, period: Period, *, actor: str) -> anonymizer.ProtectedPeriod | None:
    """The movements of a period that is protected already."""
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        find_operation(session, operation)
        with suppress(weeks.PeriodNotProtected):
            return weeks.load_protected(session, program.ring, operation, period)
    return None


def _note_asides(session: Session, operation: str, period: Period) -> None:
    """With movements is noted what is still to be protected beside them."""
    for population in _OF_CASES:
        asking.keep_aside(session, operation, period, population)
    ledger.write_down_protected(session, operation)


def _count(program: Program, operation: str, week: Week, *, actor: str) -> anonymizer.CountedWeek:
    """A week's movements. Whoever counts them has their turn at its blocks, and others, who erase or search along, wait for it:
    so that ends before they are searched."""
    with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
        return weeks.count_week(session, program.ring, operation, week)


def _protect_asides(program: Program, operation: str, period: Period, *, actor: str) -> None:
    """Each in a transaction of its own: what refuses one keeps no other back."""
    zone = partial(program.database.transaction, Zone.ANONYMIZER, operation=operation, actor=actor)
    with zone() as session:
        waiting = [it.population for it in asking.asides(session, operation) if it.period == period]
    if not waiting or is_released(program, operation, period):
        return
    for population in waiting:
        try:
            if isinstance(period, Week):
                fresh_case_facts(program, operation, period, actor=actor)
            with zone() as session:
                _protect_of_cases(session, program, operation, period, population)
        except Problem as problem:
            with zone() as session:
                asking.keep_aside(session, operation, period, population, problem.code)


def _protect_of_cases(session: Session, program: Program, operation: str, period: Period, population: Population) -> None:
    """Of a sum of which a part has none there is none either, and nothing to try again."""
    if isinstance(period, Week):
        cases, places = weeks.load_case_facts(session, program.ring, operation, period), load_places(session, operation)
        _protect(session, program, _COUNTED[population](cases, places, operation=operation))
    else:
        with suppress(weeks.PeriodNotProtected):
            _protect_sum(session, program, operation, period, population)
    asking.no_longer_aside(session, operation, period, population)
    ledger.write_down_protected(session, operation)


def _protect(
    session: Session, program: Program, counted: anonymizer.CountedWeek, search: Search = NOT_FOLLOWED
) -> anonymizer.ProtectedPeriod:
    tables = counted.tables
    ledger.require_suppression(session, counted.operation, counted.week, _dimensions(tables))
    rules = _rules_of(session, program, counted)
    protected = anonymizer.protect(
        counted, rules.policy, outside=rules.known.totals, earlier=rules.earlier, progress=search.progress, kept=search.kept
    )
    protected = replace(protected, elsewhere=rules.known.stated)
    weeks.store_protected(session, program.ring, protected, tables)
    return protected


class _Rules(NamedTuple):
    """What a week is protected under: the policy, what is known from outside, and the earlier weeks of its month as they are
    protected."""

    policy: anonymizer.Policy
    known: elsewhere.Known
    earlier: list[anonymizer.ProtectedPeriod]


def _rules_of(session: Session, program: Program, counted: anonymizer.CountedWeek) -> _Rules:
    """What others publish is of movements: a total names no population."""
    moving = counted.population is Population.MOVEMENTS
    known = elsewhere.known_elsewhere(session, counted.operation, counted.week, counted.tables) if moving else elsewhere.NOTHING
    policy = weeks.policy_in_force(session, counted.tables, counted.population)
    return _Rules(policy, known, list(_earlier(session, program, counted)))


def _earlier(session: Session, program: Program, counted: anonymizer.CountedWeek) -> Iterator[anonymizer.ProtectedPeriod]:
    """The weeks before one in its month, as far as they are protected."""
    for week in Month.of(counted.week).weeks_before(counted.week):
        with suppress(weeks.PeriodNotProtected):
            yield weeks.load_protected(session, program.ring, counted.operation, week, counted.population)


def protect_sum(
    program: Program, operation: str, whole: Sum, *, actor: str, search: Search = NOT_FOLLOWED
) -> anonymizer.ProtectedPeriod:
    """Protect the sum of a month's weeks, or of a year's months, beside them, of each population; the movements. With a month
    the caseload at its end.

    What lies in it and is not protected yet is protected before. Raises `PeriodNotOver`. What is protected already stays as
    it is, and what is refused beside the movements is kept aside, as of a week. Weeks that were protected when screenings or
    casework were not counted have none, and neither has what they are part of; nor has what is made of weeks from before an
    upgrade and after it, which have other tables.
    """
    _check_over(whole)
    for part in parts_of(whole):
        protect_period(program, operation, part, actor=actor)
    movements = _standing(program, operation, whole, actor=actor)
    if movements is None:
        if isinstance(whole, Month):
            protect_caseload(program, operation, whole, actor=actor)
        with program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor) as session:
            movements = _protect_sum(session, program, operation, whole, Population.MOVEMENTS, search=search)
            _note_asides(session, operation, whole)
    _protect_asides(program, operation, whole, actor=actor)
    return movements


def _protect_sum(
    session: Session,
    program: Program,
    operation: str,
    whole: Sum,
    population: Population,
    *,
    search: Search = NOT_FOLLOWED,
) -> anonymizer.ProtectedPeriod:
    beside = _beside_parts(session, program, operation, whole, population)
    protected = weeks.protect_sum(
        whole, beside.parts, beside.policy, outside=beside.outside, progress=search.progress, kept=search.kept
    )
    protected = replace(protected, elsewhere=beside.stated)
    weeks.store_protected(session, program.ring, protected, weeks.sum_counts(beside.parts))
    return protected


class _Beside(NamedTuple):
    """What a sum is protected beside: its parts as they were, what is known of it and of them from outside; and the policy."""

    parts: list[weeks.KeptPeriod]
    policy: anonymizer.Policy
    outside: Mapping[Period, Sequence[anonymizer.OutsideTotal]]
    stated: tuple[anonymizer.PublishedElsewhere, ...]


def _beside_parts(session: Session, program: Program, operation: str, whole: Sum, population: Population) -> _Beside:
    """Raises `PeriodNotProtected`, also where the parts of a population of cases are not alike."""
    stored = [weeks.load_protected(session, program.ring, operation, part, population) for part in _inside(whole)]
    kept = [weeks.KeptPeriod(part, weeks.load_counts(session, program.ring, part)) for part in stored]
    if population in _OF_CASES and not all(part.is_like(kept[0]) for part in kept):
        raise weeks.PeriodNotProtected(operation=operation, period=whole)
    known, outside = elsewhere.NOTHING, {}
    if population is Population.MOVEMENTS:
        known = elsewhere.known_elsewhere(session, operation, whole, weeks.sum_counts(kept))
        outside = {each.period: elsewhere.known_then(session, each.protected, each.counted).totals for each in kept}
    policy = weeks.policy_in_force(session, kept[0].counted, population)
    return _Beside(kept, policy, {whole: known.totals, **outside}, known.stated)


def search_along(program: Program, operation: str, period: Period, *, actor: str, kept: asking.SealedPieces) -> None:
    """Search for a period of movements with whoever is protecting it, for the pieces alone; nothing else comes of it.

    Raises what counting raises, and `PeriodNotProtected` where a part of it is still being protected.
    """
    zone = program.database.transaction(Zone.ANONYMIZER, operation=operation, actor=actor)
    if isinstance(period, Week):
        counted = _count(program, operation, period, actor=actor)
        with zone as session:
            rules = _rules_of(session, program, counted)
        asking.search_week_along(counted.tables, rules.policy, outside=rules.known.totals, earlier=rules.earlier, kept=kept)
    else:
        with zone as session:
            beside = _beside_parts(session, program, operation, period, Population.MOVEMENTS)
        asking.search_sum_along(period, beside.parts, beside.policy, outside=beside.outside, kept=kept)


def _inside(whole: Period) -> list[Period]:
    """All that a period is made of: its parts, and what those are made of."""
    return [each for part in parts_of(whole) for each in (part, *_inside(part))]


def _check_over(period: Period) -> None:
    if period.sunday >= now().date():
        raise PeriodNotOver(period=period, sunday=period.sunday)


def _dimensions(tables: Iterable[anonymizer.CountedTable]) -> list[anonymizer.Dimension]:
    return [dimension for table in tables for dimension in table.dimensions]


def release_period(program: Program, operation: str, period: Period, folder: Path, *, actor: str) -> exports.Release:
    """Build the release folder from the protected tables as stored, then publish its cells.

    What is released already gives the same release again.
    """
    with program.database.transaction(Zone.RELEASE, operation=operation, actor=actor) as session:
        listed = [row for row in exports.list_releases(session) if row.operation == operation]
        released = {row.period: row for row in listed if kind_of(row.period) == kind_of(period)}
        standing, first = released.get(period), period.plus(-EARLIER).monday
        earlier = [row for row in released.values() if first <= row.period.monday < period.monday]
        shown = [row.period for row in earlier if standing is None or row.number < standing.number]
        release = exports.build_release(
            weeks.load_protected(session, program.ring, operation, period),
            [weeks.load_protected(session, program.ring, operation, past) for past in shown],
            beside=list(_beside(session, program, operation, period)),
            operation_names=find_operation(session, operation).names,
            places=load_places(session, operation),
            folder=folder,
            made_at=standing.made_at if standing else now(),
        )
        exports.publish_release(session, release)
    return release


def _beside(session: Session, program: Program, operation: str, period: Period) -> Iterator[anonymizer.ProtectedPeriod]:
    """Screenings, casework and caseload; none of those for whom a period was protected before they were counted, nor a caseload
    that could not be told."""
    for population in (Population.SCREENINGS, Population.CASEWORK, Population.CASELOAD):
        with suppress(weeks.PeriodNotProtected):
            yield weeks.load_protected(session, program.ring, operation, period, population)
