"""For whose records a file is handed in, and by whom one was: the units within reach, and names of colleagues."""

from collections.abc import Sequence
from uuid import UUID

from app.web.desk import Desk
from app.web.identifier import identifier
from app.web.problems import DocumentTooLarge
from app.web.signed_in import Visit
from app.web.streamed_upload import StreamedUpload, read_whole
from core.access import UNASSIGNED, Custody
from core.database import Zone
from core.identity.accounts import sign_in_names
from core.identity.units import custody_in, list_units, ways_to
from core.permissions import Right
from ingest.handed_in import HandedIn

__all__ = ["content_of", "custody_chosen", "names_of", "units_in_reach"]


def content_of(given: StreamedUpload, most: int) -> bytes:
    """The whole file; raises `DocumentTooLarge` beyond `most` bytes."""
    content = read_whole(given.content, most)
    if content is None:
        raise DocumentTooLarge(limit=most // 1_000_000)
    return content


def custody_chosen(desk: Desk, visit: Visit, unit: str) -> Custody:
    """Of the unit that a form names; where it names none, nobody's yet."""
    if not unit:
        return UNASSIGNED
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return custody_in(session, identifier(unit))


def units_in_reach(desk: Desk, visit: Visit) -> list[tuple[UUID, str]]:
    """For whose records a file may be."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        ways = [(unit, way, custody_in(session, unit)) for unit, way in ways_to(list_units(session))]
    return [(unit, way) for unit, way, custody in ways if visit.access.may(Right.REVIEW_SUBMISSION, custody)]


def names_of(desk: Desk, visit: Visit, rows: Sequence[HandedIn]) -> dict[str, str]:
    """The sign-in names of who handed them in."""
    with desk.database.transaction(Zone.IDENTITY, operation=visit.access.operation, actor=visit.access.actor) as session:
        return dict(sign_in_names(session, {row.handed_in_by for row in rows}))
