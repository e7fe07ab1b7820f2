"""One choice of rules and codes, tried on a week, month or year: protected as it would be, without the proof.

A sum is tried beside its parts. Those that are protected stand as they were published; the others would be protected under
the same choice before it, so they are tried with it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.elsewhere import known_then, known_where_it_agrees
from anonymizer.errors import PartsUnfit, PeriodNotProtected, PolicyUnfit, ReleasedOtherwise
from anonymizer.inside import Coarsening
from anonymizer.inside.outcome import Outcome, outcome_when
from anonymizer.outside import Outside
from anonymizer.policy import Policy
from anonymizer.population import Population
from anonymizer.protect import draft_tables, hidden_in
from anonymizer.published import PublishedTable
from anonymizer.suppression import Progress
from anonymizer.trials.choices import Choice, coarser_tables, rules_of
from anonymizer.trials.errors import TrialUnfit
from anonymizer.weeks import (
    KeptPeriod,
    count_casework,
    count_screenings,
    count_week,
    load_case_facts,
    load_counts,
    load_protected,
    policy_in_force,
    sum_counts,
)
from anonymizer.weeks.protect_sum import DraftedPeriod, Part, are_alike, draft_sum
from core.access import access_of
from core.keys.keyring import KeyRing
from core.periods.month import Month
from core.periods.period import Period, parts_of
from core.periods.week import Week
from core.places import load_places

__all__ = ["OpenedChoice", "made_of"]


@dataclass(frozen=True)
class Grounds:
    """What a choice is tried on: the period, what of it is `kept`, and what was `counted` of its other weeks. Beside a week
    the earlier ones of its month are kept, if they are protected.

    `policy` is in force for these tables. `outside` are totals that others publish, by the period that they are of.
    """

    period: Period
    population: Population
    policy: Policy
    kept: Mapping[Period, KeptPeriod] = field(repr=False)
    counted: Mapping[Week, Sequence[CountedTable]] = field(repr=False)
    outside: Mapping[Period, Outside] = field(repr=False)

    def counts_of(self, period: Period) -> Sequence[CountedTable]:
        """What was counted of a period; raises `PartsUnfit` where its weeks cannot be added up."""
        if isinstance(period, Week):
            return self.counted[period] if period in self.counted else self.kept[period].counted
        weeks = [DraftedPeriod(week, self.population, self.policy, (), self.counts_of(week)) for week in period.weeks]
        for week in weeks:
            if not are_alike(week, weeks[0]):
                raise PartsUnfit(whole=period, part=week.period)
        return sum_counts(weeks)


def made_of(period: Period) -> list[Period]:
    """All that a period is made of, the smallest first; a week is made of nothing."""
    return [each for part in parts_of(period) for each in (*made_of(part), part)]


def _kept_of(session: Session, ring: KeyRing, operation: str, period: Period, population: Population) -> KeptPeriod | None:
    """A period as it was protected, with what was counted then; raises what loading raises, but not that it is not there."""
    try:
        protected = load_protected(session, ring, operation, period, population)
        return KeptPeriod(protected, load_counts(session, ring, protected))
    except PeriodNotProtected:
        return None


@dataclass(frozen=True)
class OpenedChoice:
    """A choice, and what it is tried on."""

    choice: Choice
    grounds: Grounds

    @classmethod
    def of(cls, session: Session, ring: KeyRing, period: Period, population: Population, choice: Choice) -> "OpenedChoice":
        """Open and count (zone anonymizer); raises what that raises."""
        return cls(choice, _grounds(session, ring, access_of(session).operation, period, population))

    def outcome(self, told: Callable[[int], None] | None = None) -> Outcome:
        """What comes of it; that rules or codes do not fit is an outcome.

        `told` is given how many hundredths of it are done, whenever that is one more. Each period that is searched is as much.
        """
        choice = self.choice
        try:
            policy = rules_of(self.grounds.policy, choice, self.grounds.population)
            trial = _Trial(self.grounds, choice, policy, _Hundredths(told or (lambda _: None)))
            return outcome_when(trial.draft, tried=policy, coarser=trial.steps)
        except (PartsUnfit, PolicyUnfit, ReleasedOtherwise, TrialUnfit) as problem:
            return Outcome(choice.threshold, choice.contributors, (), refused=problem.what)


class _Hundredths:
    """Tells of a search whenever another hundredth of it is done."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told, self._last = told, 0

    def __call__(self, done: int, of: int) -> None:
        if (hundredths := 100 * done // max(of, 1)) > self._last:  # goals that are asked for later make it less again
            self._last = hundredths
            self._told(hundredths)


def _grounds(session: Session, ring: KeyRing, operation: str, period: Period, population: Population) -> Grounds:
    beside = (*made_of(period), *(_earlier(period) if isinstance(period, Week) else ()))
    kept = {each: found for each in beside if (found := _kept_of(session, ring, operation, each, population))}
    weeks = [each for each in (*made_of(period), period) if isinstance(each, Week) and each not in kept]
    counted = {week: _counted(session, ring, operation, week, population) for week in weeks}
    first = next(iter([*counted.values(), *(each.counted for each in kept.values())]))
    policy = policy_in_force(session, first, population)
    grounds = Grounds(period, population, policy, kept, counted, {})
    if population is not Population.MOVEMENTS:  # the registry knows totals of no others
        return grounds
    with suppress(PartsUnfit):  # which is what comes of it
        return replace(
            grounds, outside={each: _outside_of(session, operation, each, grounds) for each in (*made_of(period), period)}
        )
    return grounds


class _Trial:
    """The drafts of a choice: of each part that is not kept, and of the period itself."""

    def __init__(self, grounds: Grounds, choice: Choice, policy: Policy, progress: Progress) -> None:
        self._grounds, self._policy, self._progress = grounds, policy, progress
        self._counted = {week: coarser_tables(tables, choice) for week, tables in grounds.counted.items()}
        self.steps: tuple[Coarsening, ...] = next((steps for _, steps in self._counted.values()), ())
        self._parts: dict[Period, Part] = dict(grounds.kept)
        self._wanted = [each for each in (*made_of(grounds.period), grounds.period) if each not in grounds.kept]

    def draft(self) -> tuple[Sequence[CountedTable], Sequence[PublishedTable]]:
        """The period's tables as counted and as they would be published."""
        for at, each in enumerate(self._wanted):
            self._parts[each] = self._drafted(each, at)
        own = self._parts[self._grounds.period]
        return own.counted, own.tables

    def _drafted(self, period: Period, at: int) -> DraftedPeriod:
        def told(met: int, goals: int) -> None:
            self._progress(100 * at + 100 * met // max(goals, 1), 100 * len(self._wanted))

        outside = {each: self._outside(each) for each in (*made_of(period), period)}
        if not isinstance(period, Week):
            parts = [self._parts[each] for each in made_of(period)]
            return draft_sum(period, parts, self._policy, outside=outside, progress=told)
        counted, _ = self._counted[period]
        before = hidden_in(table for week in _earlier(period) if week in self._parts for table in self._parts[week].tables)
        drafted = draft_tables(counted, self._policy, outside=outside[period], hidden_before=before, progress=told)
        return DraftedPeriod(period, self._grounds.population, self._policy, drafted, counted)

    def _outside(self, period: Period) -> Outside:
        """What is known of a period, but totals by a dimension that is made coarser."""
        coarser = {step.dimension for step in self.steps}
        known = self._grounds.outside.get(period, ())
        return tuple(total for total in known if not any(coarser & dict(cell).keys() for cell in total.cells))


def _earlier(week: Week) -> tuple[Week, ...]:
    """The weeks before one in its month: what they hide is hidden first (decision 115)."""
    return Month.of(week).weeks_before(week)


def _counted(session: Session, ring: KeyRing, operation: str, week: Week, population: Population) -> Sequence[CountedTable]:
    """What was counted when the week was protected; else what its reports, or its cases, say now."""
    if (kept := _kept_of(session, ring, operation, week, population)) is not None:
        return kept.counted
    if population is Population.MOVEMENTS:
        return count_week(session, ring, operation, week).tables
    count = count_screenings if population is Population.SCREENINGS else count_casework
    facts, places = load_case_facts(session, ring, operation, week), load_places(session, operation)
    return count(facts, places, operation=operation).tables


def _outside_of(session: Session, operation: str, period: Period, grounds: Grounds) -> Outside:
    """What is known of a period: when it was protected, or else by now where it agrees."""
    if (kept := grounds.kept.get(period)) is not None:
        return known_then(session, kept.protected, kept.counted).totals
    return known_where_it_agrees(session, operation, period, grounds.counts_of(period))
