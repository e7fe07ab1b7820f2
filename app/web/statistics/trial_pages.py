"""What if: what a week would lose under other thresholds or with coarser codes, tried choice by choice while the page waits.

Where workers share the work, one of them goes on by itself; else the page asks itself for the next choice (`go`).
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import HTTPException, Query, Request, Response
from starlette.datastructures import FormData

from anonymizer import officer
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from app.web.statistics.protection_pages import period_in, worded
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.periods.week import Week

__all__ = ["TRIALS"]

WHY: Final = Purpose.STATISTICS
LONGEST: Final = 2000
router = signed_in_router()
TRIALS: Final = PageGroup(router, "protection")


@router.get("/protection/{period}/what-if")
def show_trial(
    request: Request, visit: SignedIn, desk: OpenDesk, period: str, go: Annotated[str, Query(max_length=3)] = ""
) -> Response:
    """What was asked about the week last, and its outcomes so far. `go` tries the next choice: the page asks itself for it."""
    week = _week(period)
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        trial = officer.read_trial(session, week, purpose=WHY)
    if go and trial and not trial.finished and desk.try_out is None:
        with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
            trial = officer.go_on(session, desk.ring, trial.id, purpose=WHY) or trial
    return _page(request, visit, desk, week, trial, going=bool(go))


@router.post("/protection/{period}/what-if")
def ask(request: Request, visit: SignedIn, desk: OpenDesk, period: str, form: CheckedForm) -> Response:
    """Ask anew; the page then goes on choice by choice."""
    week = _week(period)
    try:
        with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
            trial = officer.ask_trial(
                session,
                desk.ring,
                week,
                thresholds=_numbers(form, "thresholds"),
                contributors=_numbers(form, "contributors"),
                coarser=[*map(str, form.getlist("levels")), *_text(form, "merged").split()],
                purpose=WHY,
            )
    except officer.TrialUnfit as problem:
        return _page(request, visit, desk, week, None, form=form, problem=problem)
    if desk.try_out is not None:
        desk.try_out(visit.access.operation, trial.id)
    return go_to(f"/protection/{week}/what-if?go=on")


def _page(
    request: Request,
    visit: Visit,
    desk: Desk,
    week: Week,
    trial: officer.Trial | None,
    *,
    going: bool = False,
    form: FormData | None = None,
    problem: Problem | None = None,
) -> Response:
    with desk.database.transaction(Zone.ANONYMIZER, access=visit.access) as session:
        levels = officer.levels_to_leave_out(session, purpose=WHY)
    return show(
        request,
        "protection_what_if.html.j2",
        visit,
        status=status_of(problem) if problem else HTTPStatus.OK,
        at=f"/protection/{week}/what-if",
        period=week,
        trial=trial,
        going=going and trial is not None and not trial.finished,
        levels=levels,
        problem=problem,
        chosen=form.getlist("levels") if form else [],
        filled=lambda name: _text(form, name) if form else "",
        worded=worded,
    )


def _numbers(form: FormData, name: str) -> list[int]:
    """`3, 5, 11`; raises `TrialUnfit`."""
    parts = _text(form, name).replace(",", " ").split()
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        raise officer.TrialUnfit(reason=f"{name} are whole numbers such as 3, 5, 11")
    return [int(part) for part in parts]


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()[:LONGEST]


def _week(text: str) -> Week:
    """Weeks alone are tried out: a month is protected beside its weeks, which stand as they are."""
    period = period_in(text)
    if not isinstance(period, Week):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return period
