"""The protection officer's pages: which periods are protected, what that cost, and why each cell is hidden. For inside only.

Which cell is asked about travels in the body of a form. No true count of a hidden cell is on any page.
"""

from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Annotated, Final

from fastapi import HTTPException, Query, Request, Response

import exports
from anonymizer import TOTAL, Population, asking, officer
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import reader_language, show, signed_in_router
from app.web.statistics.table_slice import cut
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.periods.month import Month
from core.periods.period import Period, parse_period
from core.permissions import Right
from core.places import load_places

__all__ = ["PROTECTION", "OfWhom", "period_in", "worded"]

WHY: Final = Purpose.STATISTICS
TABLE, FIRST = "table", "from"
Named = Callable[[str, str], str]
OfWhom = Annotated[Population, Query()]
router = signed_in_router()
PROTECTION: Final = PageGroup(router, "protection", (Entry("/protection", "protection", Right.EXPLAIN_PROTECTION),))


@router.get("/protection")
def list_all(request: Request, visit: SignedIn, desk: OpenDesk, go: Annotated[str, Query(max_length=3)] = "") -> Response:
    """Every period: released, protected, being protected, or still open. `go`: the page asks itself how far those are."""
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        periods = officer.list_periods(session, purpose=WHY)
        asked = {it.period: it for it in asking.asked_periods(session, visit.access.operation)}
        aside = asking.asides(session, visit.access.operation)
    with desk.database.transaction(Zone.STATISTICS) as session:
        released = {row.period for row in exports.list_releases(session) if row.operation == visit.access.operation}
    return show(
        request,
        "protection.html.j2",
        visit,
        periods=periods,
        released=released,
        asked=asked,
        aside={period: list(of_it) for period, of_it in groupby(aside, lambda it: it.period)},
        going=bool(go) and any(not it.failed for it in asked.values()),
    )


@router.get("/protection/{period}")
def show_losses(request: Request, visit: SignedIn, desk: OpenDesk, period: str, of: OfWhom = Population.MOVEMENTS) -> Response:
    """What protecting the period cost, level by level."""
    asked = period_in(period)
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        losses = officer.read_losses(session, desk.ring, asked, of, purpose=WHY)
        populations = officer.populations_of(session, asked)
        aside = [it for it in asking.asides(session, visit.access.operation) if it.period == asked]
    tables = {level.table: [each for each in losses.levels if each.table == level.table] for level in losses.levels}
    return show(
        request,
        "protection_losses.html.j2",
        visit,
        period=asked,
        whom=of,
        populations=populations,
        missing=_missing(asked, [*populations, *(it.population for it in aside)]),
        aside=aside,
        policy=losses.policy,
        tables=tables,
        worded=worded,
    )


def _missing(period: Period, populations: Collection[Population]) -> list[Population]:
    """Of whom a protected period could have tables and has none, nor keeps them aside; a caseload is told of months alone."""
    told = [each for each in Population if each is not Population.CASELOAD or isinstance(period, Month)]
    return [each for each in told if each not in populations]


@router.get("/protection/{period}/cells")
def show_cells(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    period: str,
    *,
    first: Annotated[str, Query(alias=FIRST, max_length=6)] = "",
    of: OfWhom = Population.MOVEMENTS,
) -> Response:
    """A part of a table, with the reason for every cell that is hidden."""
    return _cells(request, visit, desk, period_in(period), of, asked={**request.query_params, FIRST: first})


@router.post("/protection/{period}/cells")
def explain(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    period: str,
    form: CheckedForm,
    *,
    of: OfWhom = Population.MOVEMENTS,
) -> Response:
    """The same part, with one cell explained."""
    asked = period_in(period)
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        told = officer.explain_cell(session, desk.ring, asked, str(form.get("cell", "")), of, purpose=WHY)
    return _cells(request, visit, desk, asked, of, asked={name: str(value) for name, value in form.items()}, told=told)


def _cells(
    request: Request,
    visit: Visit,
    desk: Desk,
    period: Period,
    of: Population,
    *,
    asked: Mapping[str, str],
    told: officer.CellExplained | None = None,
) -> Response:
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        marked = officer.mark_cells(session, desk.ring, period, of, purpose=WHY)
        populations = officer.populations_of(session, period)
        places = {place.code: place for place in load_places(session, visit.access.operation)}
    language = reader_language(request, visit)
    names = exports.code_names(language)

    def named(dimension: str, code: str) -> str:
        if code in places:
            return places[code].name(language)
        return names.get("total" if code == TOTAL else dimension, {}).get(code, code)

    first = asked.get(FIRST, "")
    chosen = next((each for each in marked if each.table.name == asked.get(TABLE)), marked[0])
    return show(
        request,
        "protection_cells.html.j2",
        visit,
        at=f"/protection/{period}/cells?of={of.value}",
        period=period,
        whom=of,
        populations=populations,
        tables={each.table.name: [along.name for along in each.table.dimensions] for each in marked},
        part=cut(chosen, asked, int(first) if first.isdecimal() else 0),
        reasons=list(officer.Reason),
        told=told,
        named=named,
        cell_name=lambda cell: _cell_name(cell, named),
    )


def _cell_name(cell: str, named: Named) -> str:
    """A cell in words: the codes that are not at their total."""
    pairs = [part.split("=", 1) for part in cell.split(",")]
    return " · ".join(named(name, code) for name, code in pairs if code != TOTAL) or named("total", TOTAL)


def worded(level: officer.LevelTold) -> list[tuple[str, int]]:
    """The dimensions that a level tells apart, each with how far below its total."""
    return list(zip(level.names, (depth for depth in level.level if depth), strict=True))


def period_in(text: str) -> Period:
    """The period of an address; what is none is no page."""
    try:
        return parse_period(text)
    except Problem:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
