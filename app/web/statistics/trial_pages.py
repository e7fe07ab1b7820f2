"""What if: what a period would lose under other thresholds or with coarser codes, tried choice by choice while the page waits.

That goes on after the answer, in a worker or, where there is none, in this process; the page asks itself how far it is (`go`).
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import HTTPException, Query, Request, Response
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from anonymizer import Population, trials
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.statistics.protection_pages import OfWhom, period_in, worded
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.periods.period import Period
from core.periods.week import Week

__all__ = ["TRIALS"]

WHY: Final = Purpose.STATISTICS
LONGEST: Final = 2000
router = signed_in_router()
TRIALS: Final = PageGroup(router, "protection")


@router.get("/protection/{period}/what-if")
def show_trial(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    period: str,
    *,
    of: OfWhom = Population.MOVEMENTS,
    go: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """What was asked about the period last, and its outcomes so far. `go`: the page asks itself how far that is."""
    asked = _tried(period, of)
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        trial = trials.read_trial(session, asked, of, purpose=WHY)
    return _page(request, visit, desk, asked, of, trial=trial, going=bool(go))


@router.post("/protection/{period}/what-if")
def ask(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    period: str,
    form: CheckedForm,
    *,
    of: OfWhom = Population.MOVEMENTS,
) -> Response:
    """Ask anew; it is then tried choice by choice."""
    asked = _tried(period, of)
    try:
        with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
            trial = trials.ask_trial(
                session,
                desk.ring,
                asked,
                of,
                thresholds=_numbers(form, "thresholds"),
                contributors=_numbers(form, "contributors"),
                coarser=[*map(str, form.getlist("levels")), *_text(form, "merged").split()],
                purpose=WHY,
            )
    except trials.TrialUnfit as problem:
        return _page(request, visit, desk, asked, of, trial=None, form=form, problem=problem)
    return _going(visit, desk, trial)


@router.post("/protection/{period}/what-if/go-on")
def go_on(visit: SignedIn, desk: OpenDesk, period: str, _: CheckedForm, *, of: OfWhom = Population.MOVEMENTS) -> Response:
    """Go on where whoever was at it ended; somebody who still is goes on alone."""
    asked = _tried(period, of)
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        trial = trials.read_trial(session, asked, of, purpose=WHY)
    if trial is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _going(visit, desk, trial)


def _going(visit: Visit, desk: Desk, trial: trials.Trial) -> Response:
    answer = go_to(f"{_address(trial.period, trial.population)}&go=on")
    answer.background = BackgroundTask(desk.try_out, visit.access.operation, trial.id)
    return answer


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    period: Period,
    of: Population,
    *,
    trial: trials.Trial | None,
    going: bool = False,
    form: FormData | None = None,
    problem: Problem | None = None,
) -> Response:
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        levels = trials.levels_to_leave_out(session, period, of, purpose=WHY)
    return show(
        request,
        "protection_what_if.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=_address(period, of),
        address=_address(period, of),
        period=period,
        is_sum=not isinstance(period, Week),
        whom=of,
        populations=trials.TRIED,
        trial=trial,
        going=going and trial is not None and not trial.finished,
        levels=levels,
        problem=problem,
        chosen=form.getlist("levels") if form else [],
        filled=lambda name: _text(form, name) if form else "",
        worded=worded,
    )


def _address(period: Period, of: Population) -> str:
    return f"/protection/{period}/what-if?of={of.value}"


def _numbers(form: FormData, name: str) -> list[int]:
    """`3, 5, 11`; raises `TrialUnfit`."""
    parts = _text(form, name).replace(",", " ").split()
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        raise trials.TrialUnfit(reason=f"{name} are whole numbers such as 3, 5, 11")
    return [int(part) for part in parts]


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()[:LONGEST]


def _tried(text: str, of: Population) -> Period:
    """The period of an address; of a population that is not tried there is no page."""
    if of not in trials.TRIED:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return period_in(text)
