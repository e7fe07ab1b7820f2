"""Forms on other servers that are fetched: how far each has come, what lies in quarantine, what its server was not told yet.

Numbers and codes alone: no answer, and of a server no more than its address.
"""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import HTTPException, Request, Response
from starlette.background import BackgroundTask

from app.arriving.sync import sync_quietly
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.signed_in import CheckedForm, SignedIn, Visit
from app.web.signed_in_page import go_to, show, signed_in_router
from core.access import require
from core.database import Zone
from core.permissions import Right
from ingest import sources
from ingest.sources import SourceState

__all__ = ["SOURCES"]

HERE: Final = "/sources"
router = signed_in_router()
SOURCES: Final = PageGroup(router, "imports", (Entry(HERE, "sources", Right.KEEP_COLLECTORS),))


@router.get(HERE)
def look(request: Request, visit: SignedIn, desk: OpenDesk) -> Response:
    """The sources whose records lie within reach."""
    may_review, may_keep = visit.access.may(Right.REVIEW_SUBMISSION), visit.access.may(Right.MANAGE_ACCOUNTS)
    done = request.query_params.get("done", "")
    states = _within_reach(desk, visit)
    return show(request, "sources.html.j2", visit, states=states, may_review=may_review, may_keep=may_keep, done=done)


@router.post(f"{HERE}/{{source}}/pull")
def pull(visit: SignedIn, desk: OpenDesk, source: UUID, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    """Fetch what is new and what changed, after the page was answered; how it ended stands with the source."""
    if source not in {one.source.id for one in _within_reach(desk, visit)}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    answer = go_to(f"{HERE}?done=asked")
    answer.background = BackgroundTask(sync_quietly, desk.program, visit.access.operation, source, sweep=True)
    return answer


def _within_reach(desk: Desk, visit: Visit) -> list[SourceState]:
    with desk.database.transaction(Zone.COLLECTION, access=visit.access) as session:
        require(session, Right.KEEP_COLLECTORS, subject="ingest.source")
        states = sources.source_states(session, visit.access.operation)
    return [one for one in states if visit.access.may(Right.KEEP_COLLECTORS, one.source.custody)]
