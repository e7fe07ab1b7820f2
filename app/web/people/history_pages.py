"""Everything that happened to a record and who saw it: by role and account id, never by name."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.records.access_pack import roles_held
from app.web.desk import OpenDesk, PageGroup
from app.web.signed_in import SignedIn
from app.web.signed_in_page import show, signed_in_router
from casework import records
from core.database import Zone
from core.paging import PAGE
from core.permissions import Right
from core.search_audit import AuditSearch, history_of, search_audit

__all__ = ["HISTORY"]

router = signed_in_router()
HISTORY = PageGroup(router, "record_panels")


@router.get("/persons/{person}/history")
def history(
    request: Request, visit: SignedIn, desk: OpenDesk, person: UUID, after: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """The lines of the audit log on one record, the newest first, page by page: `after` is the number of a line."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        custody = records.outline_record(session, person).custody  # only of a record in reach
    subject = f"casework.person:{person}"
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        if visit.access.may(Right.READ_AUDIT):
            lines = search_audit(session, AuditSearch(subject=subject), below=after, limit=PAGE)
        else:
            lines = history_of(session, subject, custody, below=after, limit=PAGE)
        told = [(line.at, line.action, line.actor, line.purpose, line.count) for line in lines]
    roles = roles_held(desk.database, visit.access)
    following = lines[-1].number if len(lines) == PAGE else None
    return show(request, "record_history.html.j2", visit, person=person, lines=told, roles=roles, following=following)
