"""What arrived, before a supervisor: the queue, one submission with what checks found in it, the decision, and the dashboard.

A submission is looked at by its random id; what checks found of an answer is shown on its own page, and nothing of it in an
address.
"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.arriving.quality_figures import figures_of
from app.arriving.quarantine import quarantine_in_reach, repair, try_again
from app.web.desk import Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import go_to, show, signed_in_router
from casework.reviewing import decide, view_submission
from core.audit import Purpose
from core.database import Database, Zone
from core.identity.accounts import sign_in_names
from core.permissions import Right
from ingest.collectors import list_collectors
from ingest.reviews import ReviewState, page_queue

__all__ = ["QUALITY"]

HERE: Final = "/quality"
router = signed_in_router()
QUALITY: Final = PageGroup(
    router,
    "quality",
    (
        Entry(HERE, "quality", Right.REVIEW_SUBMISSION),
        Entry(f"{HERE}/figures", "quality_figures", Right.REVIEW_SUBMISSION),
    ),
)


@router.get(HERE)
def show_queue(
    request: Request,
    visit: SignedIn,
    desk: OpenDesk,
    *,
    state: Annotated[str, Query()] = ReviewState.RECEIVED.value,
    found: Annotated[str, Query()] = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The queue, page by page: by where an answer stands, all or those in which something was found."""
    stands = next((one for one in ReviewState if one.value == state), ReviewState.RECEIVED)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        page = page_queue(session, state=stands, found=bool(found), after=after)
    return show(
        request,
        "quality.html.j2",
        visit,
        rows=page.rows,
        following=page.following,
        state=stands,
        found=bool(found),
        states=list(ReviewState),
        collectors=_collectors(desk.database, visit.access.operation),
        done=request.query_params.get("done", ""),
    )


@router.get(f"{HERE}/figures")
def show_figures(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """Submissions by day, what was expected and came by area, and collectors beside each other."""
    return show(request, "quality_figures.html.j2", visit, figures=figures_of(desk.database, visit.access))


@router.get(f"{HERE}/quarantine")
def show_quarantine(
    request: Request, visit: SignedIn, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None
) -> Response:
    """What could not be taken in or admitted, each with its reason."""
    page = quarantine_in_reach(desk.database, visit.access, after=after)
    return show(
        request,
        "quality_quarantine.html.j2",
        visit,
        rows=page.rows,
        following=page.following,
        collectors=_collectors(desk.database, visit.access.operation),
        done=request.query_params.get("done", ""),
    )


@router.post(f"{HERE}/quarantine/{{entry}}")
def take_in_again(visit: SignedIn, desk: OpenDesk, entry: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Try an entry once more: its form may have been published, or a place added, since."""
    taken = try_again(desk.database, desk.ring, visit.access, entry)
    return go_to(f"{HERE}/quarantine?done={'taken' if taken else 'refused'}")


@router.post(f"{HERE}/{{submission}}/repair")
def repair_one(visit: SignedIn, desk: OpenDesk, submission: UUID, form: CheckedForm) -> Response:
    """Give another answer to one question, as an edit, and admit that."""
    answers = {str(form.get("question", "")): str(form.get("answer", ""))}
    admission = repair(desk.database, desk.ring, visit.access, submission, answers)
    done = "taken" if admission and admission.problem is None else "refused"
    return go_to(f"{HERE}/quarantine?done={done}")


@router.get(f"{HERE}/{{submission}}")
def show_submission(request: Request, visit: SignedIn, desk: OpenDesk, submission: UUID) -> Response:
    """One submission: what was found, what was decided so far, and the form to decide."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        view = view_submission(session, desk.ring, submission, purpose=Purpose.VERIFICATION)
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        names = sign_in_names(session, {one.decided_by for one in view.reviews})  # by the program, as on the page of approvals
    return show(
        request,
        "quality_submission.html.j2",
        visit,
        view=view,
        names=names,
        collectors=_collectors(desk.database, visit.access.operation),
        states=list(ReviewState),
        done=request.query_params.get("done", ""),
    )


@router.post(f"{HERE}/{{submission}}")
def decide_on(visit: SignedIn, desk: OpenDesk, submission: UUID, form: CheckedForm) -> Response:
    """Decide. What is on hold or rejected counts in no table from then on."""
    state = next((one for one in ReviewState if one.value == form.get("state")), None)
    if state is None:
        return go_to(f"{HERE}/{submission}")
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        decide(session, desk.ring, submission, state, str(form.get("comment", "")))
    return go_to(f"{HERE}/{submission}?done={state.value}")


def _collectors(database: Database, operation: str) -> dict[str, str]:
    """The names of phones and teams, by the program: what a supervisor is shown of each are its submissions in reach."""
    with database.transaction(Zone.COLLECTION, operation=operation, actor="quality") as session:
        return {str(one.id): one.name for one in list_collectors(session, operation)}
