"""What a supervisor's dashboard shows: figures of the casework zone, beside collectors and names of other zones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from core.access import Access
from core.clock import now
from core.database import Database, Zone
from core.identity.units import list_units
from core.permissions import Right
from ingest.collectors import Collector, list_collectors
from ingest.figures import (
    AreaFigure,
    CollectorFigure,
    DayFigure,
    by_area,
    figures_by_collector,
    figures_by_day,
    period_of,
    stands_out,
)
from ingest.quality import QualityPlan, plan_of

__all__ = ["CollectorTold", "Figures", "FormFigures", "figures_of"]

DAYS: Final = 14


@dataclass(frozen=True)
class CollectorTold:
    """A collector beside the others: what it sent, in how much of it something was found, and whether that is unusual."""

    name: str
    received: int
    found: int
    unusual: bool


@dataclass(frozen=True)
class FormFigures:
    """One form: the period that is over last and the one that runs, by area, and its collectors."""

    form_id: str
    every: str
    over: Sequence[AreaFigure]
    running: Sequence[AreaFigure]
    collectors: Sequence[CollectorTold]


@dataclass(frozen=True)
class Figures:
    """Everything on the dashboard; `units` are the names of organisations and areas by their ids."""

    days: Sequence[DayFigure]
    forms: Sequence[FormFigures]
    units: Mapping[str, str]


def figures_of(database: Database, access: Access) -> Figures:
    """The figures within reach of an account; raises `NotAllowed`."""
    today = now().astimezone(UTC).date()
    since = datetime.combine(today - timedelta(days=DAYS - 1), time(), UTC)
    with database.transaction(Zone.CASEWORK, access=access) as session:
        days = figures_by_day(session, since)
        forms = sorted({figure.form_id for figure in days})
        plans = {form: plan_of(session, access.operation, form) for form in forms}
        sent = {form: figures_by_collector(session, form, since) for form in forms}
    with database.transaction(Zone.COLLECTION, operation=access.operation, actor=access.actor) as session:
        known = list_collectors(session, access.operation)
    with database.transaction(Zone.IDENTITY, operation=access.operation, actor=access.actor) as session:
        units = {str(unit.id): unit.name for unit in list_units(session)}
    theirs = [one for one in known if access.may(Right.REVIEW_SUBMISSION, one.custody)]
    told = [_of_form(form, plans[form], sent[form], [one for one in theirs if one.is_offered(form)]) for form in forms]
    return Figures(days, told, units)


def _of_form(form: str, plan: QualityPlan, sent: Sequence[CollectorFigure], collectors: Sequence[Collector]) -> FormFigures:
    running = period_of(now().astimezone(UTC).date(), plan.every)
    over = period_of(running[0] - timedelta(days=1), plan.every)
    return FormFigures(
        form,
        plan.every,
        by_area(collectors, sent, plan, *over),
        by_area(collectors, sent, plan, *running),
        _compared(sent, {str(one.id): one.name for one in collectors}),
    )


def _compared(sent: Sequence[CollectorFigure], names: Mapping[str, str]) -> list[CollectorTold]:
    received, found = Counter[str](), Counter[str]()
    for figure in sent:
        received[figure.collector] += figure.received
        found[figure.collector] += figure.found
    all_received, all_found = received.total(), found.total()
    return [
        CollectorTold(
            names.get(one, one),
            received[one],
            found[one],
            stands_out(found[one], received[one], all_found - found[one], all_received - received[one]),
        )
        for one in sorted(received, key=lambda one: names.get(one, one))
    ]
