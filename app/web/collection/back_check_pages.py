"""Back-checks on screen: draw a sample, say what came of each second visit, and see coverage and content error."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import HTTPException, Query, Request, Response

from app.arriving.back_checks import back_checks_of
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.reviewing import tell_back_check
from core.clock import now
from core.database import Zone
from core.permissions import Right
from ingest.back_checks import BackCheckUnusable, Outcome, draw_sample
from ingest.reviews import forms_in_reach

__all__ = ["BACK_CHECKS"]

HERE: Final = "/back-checks"
MOST_DAYS: Final = 366
router = signed_in_router()
BACK_CHECKS: Final = PageGroup(router, "back_checks", (Entry(HERE, "back_checks", Right.REVIEW_SUBMISSION),))


@router.get(HERE)
def show_back_checks(request: Request, visit: SignedIn, desk: OpenDesk, form: Annotated[str, Query()] = "") -> Response:
    """One form's sample and errors, and the forms to choose from."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        forms = forms_in_reach(session)
    chosen = form if form in forms else next(iter(forms), "")
    found = back_checks_of(desk.database, desk.ring, visit.access, chosen)
    done = request.query_params.get("done", "")
    return show(request, "back_checks.html.j2", visit, names=forms, form=chosen, found=found, outcomes=list(Outcome), done=done)


@router.post(HERE)
def draw(visit: SignedIn, desk: OpenDesk, form: CheckedForm) -> Response:
    """Draw a share of what each collector sent in the last days."""
    percent, days = str(form.get("percent", "")), str(form.get("days", ""))
    if not (percent.isdecimal() and 0 < int(percent) <= 100 and days.isdecimal() and 0 < int(days) <= MOST_DAYS):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    chosen = str(form.get("form", ""))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        draw_sample(session, chosen, int(percent) / 100, now() - timedelta(days=int(days)))
    return go_to(f"{HERE}?done=drawn")


@router.post(f"{HERE}/{{code}}")
def tell(visit: SignedIn, desk: OpenDesk, code: str, form: CheckedForm) -> Response:
    """Say what came of a second visit, with the id of the second interview where there is one."""
    outcome = next((one for one in Outcome if one.value == form.get("outcome")), None)
    if outcome is None:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        tell_back_check(session, desk.ring, code, outcome, _id(str(form.get("again", "")), code))
    return go_to(f"{HERE}?done=told")


def _id(given: str, code: str) -> UUID | None:
    """An id out of the form: none where nothing stands there; raises `BackCheckUnusable`."""
    try:
        return UUID(given.strip()) if given.strip() else None
    except ValueError:
        raise BackCheckUnusable(again="?", code=code[:20]) from None
