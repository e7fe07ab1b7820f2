"""Two acts of the protection officer: have a period protected, and release it. Each has a page that says what it means first.

Protecting goes on after the answer, in a worker or, where there is none, in this process; the list shows how far it is. A
release is written while the page waits, since nothing is searched any more.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException, Request, Response
from starlette.background import BackgroundTask

from anonymizer import asking, officer
from app.releases.kept_aside import asides_in, is_released
from app.releases.protect_asked import ask_as
from app.releases.release_period import release_as
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.statistics.protection_pages import period_in
from core.audit import Purpose
from core.database import Zone
from core.periods.period import Period

__all__ = ["RELEASES"]

LIST: Final = "/protection"
router = signed_in_router()
RELEASES: Final = PageGroup(router, "protection")


@router.get("/protection/{period}/protect")
def consider_protecting(request: Request, visit: SignedIn, desk: OpenDesk, period: str) -> Response:
    """What protecting the period means."""
    return _consider(request, visit, desk, period_in(period), "protect")


@router.post("/protection/{period}/protect")
def protect(visit: SignedIn, desk: OpenDesk, period: str, _: CheckedForm) -> Response:
    """Ask for it; the list then tells how far it is."""
    asked = period_in(period)
    ask_as(desk.program, visit.access, asked)
    answer = go_to(f"{LIST}?go=on")
    answer.background = BackgroundTask(desk.protect, visit.access.operation, asked)
    return answer


@router.get("/protection/{period}/release")
def consider_releasing(request: Request, visit: SignedIn, desk: OpenDesk, period: str) -> Response:
    """What releasing the period means."""
    return _consider(request, visit, desk, period_in(period), "release")


@router.post("/protection/{period}/release")
def release(visit: SignedIn, desk: OpenDesk, period: str, _: CheckedForm) -> Response:
    """Write the report and publish it."""
    asked = period_in(period)
    release_as(desk.program, visit.access, asked, desk.settings.releases / visit.access.operation / str(asked))
    return go_to(LIST)


def _consider(request: Request, visit: Visit, desk: Desk, period: Period, act: str) -> Response:
    """The page before the act; there is none for a period in another state. What is kept aside of it would be left out."""
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        known = {it.period: it for it in officer.list_periods(session, purpose=Purpose.STATISTICS)}
        aside = asides_in(asking.asides(session, visit.access.operation), period)
    state = known.get(period)
    if state is None or not state.over or not _may(desk, visit, state, act, aside):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return show(request, "protection_act.html.j2", visit, period=period, act=act, aside=aside, again=bool(state.proven_at))


def _may(desk: Desk, visit: Visit, state: officer.PeriodState, act: str, aside: Sequence[asking.Aside]) -> bool:
    """A period is protected once, and again for what is kept aside of it, until it is released."""
    if act == "release" or not state.proven_at:
        return bool(state.proven_at) == (act == "release")
    of_itself = any(it.period == state.period for it in aside)
    return of_itself and not is_released(desk.program, visit.access.operation, state.period)
