"""From facts of casework to the tables of what happened in cases: services by type, referrals by answer, closures by outcome.

Each table crosses what happened with one thing about the person, with who gave the service, or with how long the person had
waited for it, and all count the same events: so they are one system, and no more follows from several of them than from their
common margin. How long persons of some kind had waited is told in a table of three dimensions, what happened among them: told
in pairs, types by gender, types by wait and waits by gender would bound each other, and no sum says how (decision 98). There
parts of the world are told by regions alone: what is told finer, of the same events, agrees with these (decision 107).
Contributors are persons. A referral is counted in the week in which it was sent, under the answer that it had when that week
was protected: an answer with a week of its own would be bounded by what earlier weeks say was sent, and a reopening by what
they say was closed, so that the one has none and the other is in no table (decision 86).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import TOTAL, Dimension, flat_dimension
from anonymizer.errors import FactCodeUnknown
from anonymizer.policy import Selection
from anonymizer.population import Population, Unit
from anonymizer.weeks.count_screenings import residence_dimension, to_region
from anonymizer.weeks.fact_columns import FactColumns
from casework.counting import (
    AGAIN,
    AGES,
    EVENTS,
    EXPLOITATIONS,
    GENDERS,
    OUTCOMES,
    PROVIDERS,
    REFERRALS,
    SERVICES,
    STATELESS,
    UNKNOWN,
    WAITS,
)
from core.places import Place
from core.world_regions import REGIONS

__all__ = ["CASEWORK", "IMPOSSIBLE", "background_dimensions", "casework_tables", "count_casework"]

# By table, the variables of the facts that it crosses: all the event, and whoever else shares the wait crosses both.
CROSSED: Final[Mapping[str, tuple[str, ...]]] = {
    "cases_by_gender": ("event", "gender"),
    "cases_by_age": ("event", "age"),
    "cases_by_residence": ("event", "residence"),
    "cases_by_nationality": ("event", "nationality"),
    "cases_by_exploitation": ("event", "exploitation"),
    "cases_by_route": ("event", "route"),
    "cases_by_provider": ("event", "provider"),
    "cases_by_wait": ("event", "waited"),
    "waits_by_gender": ("event", "waited", "gender"),
    "waits_by_age": ("event", "waited", "age"),
    "waits_by_residence": ("event", "waited", "residence"),
    "waits_by_nationality": ("event", "waited", "nationality"),
    "waits_by_exploitation": ("event", "waited", "exploitation"),
    "waits_by_route": ("event", "waited", "route"),
}
CASEWORK: Final = tuple(CROSSED)
VARIABLES: Final = tuple(dict.fromkeys(variable for crossed in CROSSED.values() for variable in crossed))
SERVICE, REFERRAL, CLOSED = EVENTS
KINDS_OF: Final = {SERVICE: "service", REFERRAL: "referral", CLOSED: "closed"}  # how the codes of their kinds begin
FIRST: Final = "first"
# Parts of the world, each region before its sub-regions.
WITHIN: Final = {
    code: above for region, below in REGIONS.items() for code, above in ((region, TOTAL), *((code, region) for code in below))
}
BY_WORLD: Final = ("nationality", "route")
NOT_ASKED: Final = "_Z"  # nobody gives a referral or a closure, nor waits for one (SDMX, as in CL_AREA and its siblings)
# What everybody knows to be nothing, and what therefore hides nothing.
IMPOSSIBLE: Final = (
    Selection((("event", (REFERRAL, CLOSED)), ("provider", PROVIDERS))),
    Selection((("event", (SERVICE,)), ("provider", (NOT_ASKED,)))),
    Selection((("event", (REFERRAL, CLOSED)), ("waited", (FIRST, AGAIN)))),
    Selection((("event", (SERVICE,)), ("waited", (NOT_ASKED,)))),
)
Key = tuple[str, ...]


def count_casework(facts: Mapping[Unit, FactColumns], places: Iterable[Place], *, operation: str) -> CountedWeek:
    """Count a week's events at every level; raises `FactCodeUnknown`."""
    gazetteer, events = list(places), facts[Unit.EVENT]
    told = list(_counted_events(events, _dimensions(gazetteer), to_region(gazetteer)))
    tables = (
        CountedTable(name, dimensions, _counted(told, variables, dimensions))
        for (name, variables), dimensions in zip(CROSSED.items(), casework_tables(gazetteer), strict=True)
    )
    return CountedWeek(operation, events.week, tuple(tables), Population.CASEWORK)


def casework_tables(places: Iterable[Place]) -> tuple[tuple[Dimension, ...], ...]:
    """The dimensions of the tables of `CASEWORK`."""
    in_pairs = _dimensions(places)
    of_waits = {name: each.upto(1) if name in BY_WORLD else each for name, each in in_pairs.items()}
    return tuple(
        tuple((in_pairs if len(variables) == 2 else of_waits)[variable] for variable in variables)
        for variables in CROSSED.values()
    )


def _dimensions(places: Iterable[Place]) -> Mapping[str, Dimension]:
    given = {f"service_{code}": SERVICE for code in SERVICES}
    sent = {f"referral_{code}": REFERRAL for code in REFERRALS}
    closed = {f"closed_{code}": CLOSED for code in OUTCOMES}
    event = Dimension("event", {TOTAL: None, SERVICE: TOTAL, **given, REFERRAL: TOTAL, **sent, CLOSED: TOTAL, **closed})
    waited = Dimension("waited", {TOTAL: None, FIRST: TOTAL, **dict.fromkeys(WAITS, FIRST), AGAIN: TOTAL, NOT_ASKED: TOTAL})
    nationality, exploitation, route = background_dimensions()
    return {
        "event": event,
        "gender": flat_dimension("gender", GENDERS),
        "age": flat_dimension("age_group", AGES),
        "residence": residence_dimension(places),
        "nationality": nationality,
        "exploitation": exploitation,
        "route": route,
        "provider": flat_dimension("provider", (*PROVIDERS, NOT_ASKED)),
        "waited": waited,
    }


def background_dimensions() -> tuple[Dimension, Dimension, Dimension]:
    """Nationality, exploitation and route: of which part of the world, of which kind, from which part of the world."""
    nationality = Dimension("nationality", {TOTAL: None, **WITHIN, STATELESS: TOTAL, UNKNOWN: TOTAL})
    route = Dimension("route", {TOTAL: None, **WITHIN, UNKNOWN: TOTAL})
    return nationality, flat_dimension("exploitation", EXPLOITATIONS), route


def _counted_events(
    facts: FactColumns, dimensions: Mapping[str, Dimension], regions: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, Key]]]:
    """Of each event whose it is, and of each variable its code with all codes above it."""
    said = {name: [facts.codes(name)[at] for at in facts.columns[name].values] for name in ("kind", *VARIABLES)}
    for at, person in enumerate(facts.columns["person"].values.tolist()):
        event = f"{KINDS_OF[said['event'][at]]}_{said['kind'][at]}"
        codes = {name: said[name][at] for name in VARIABLES} | {"event": event}
        told = {name: regions.get(code, code) or NOT_ASKED for name, code in codes.items()}
        for name, code in told.items():
            if code not in dimensions[name].parents or code in dimensions[name].children:
                raise FactCodeUnknown(week=facts.week, dimension=dimensions[name].name)
        yield person, {name: tuple(dimensions[name].climb(code)) for name, code in told.items()}


def _counted(
    told: Sequence[tuple[int, Mapping[str, Key]]], variables: Sequence[str], dimensions: Sequence[Dimension]
) -> dict[Key, Count]:
    of_each: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    known = [(variable, dimension.parents.keys()) for variable, dimension in zip(variables, dimensions, strict=True)]
    for person, said in told:
        for key in product(*([code for code in said[variable] if code in codes] for variable, codes in known)):
            of_each[key][person] += 1
    return {key: _count(events) for key, events in of_each.items()}


def _count(events: Counter[int]) -> Count:
    """Events, the persons whose they are, and how many the largest of these have."""
    return Count(events.total(), len(events), tuple(most for _, most in events.most_common(Count.KEPT)))
