"""Persons whom the partner hands on, in the shape of the HTCDS: kept sealed until two people here have decided."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.api.caller import WhoHandsIn
from app.api.problem_json import ApiRoute
from app.api.refusals import json_body, refusals
from app.api.shapes import FileState, HandedOn, HandedOnState
from app.arriving.handed_on_on_screen import PersonsFile, keep_persons
from app.web.desk import Desk, OpenDesk
from app.web.upload import read_body
from casework.htcds import MOST_BYTES, all_fields
from core.access import ANY, UNASSIGNED, Access, Custody
from core.database import Zone
from core.identity.units import custody_in
from core.permissions import Right
from ingest import handed_in
from ingest.handed_in import HandedInState

__all__ = ["router"]

HERE: Final = "/api/v1/handed-on"
MOST_WAITING: Final = 20
NAME: Final = "handed-on.json"  # what the file is called on screen
router = APIRouter(route_class=ApiRoute)


async def _persons(request: Request, caller: WhoHandsIn) -> bytes:  # noqa: ARG001  (who may, before the body is read)
    return await read_body(request, MOST_BYTES)


def _schema() -> dict[str, Any]:
    fields = {one.name: {"type": ["string", "number", "array", "null"], "items": {"type": "string"}} for one in all_fields()}
    return {"type": "array", "items": {"type": "object", "properties": fields}}


@router.post(
    "/handed-on",
    summary="Hand persons on",
    response_description="Kept.",
    status_code=HTTPStatus.CREATED,
    openapi_extra=json_body(_schema()),
    responses={
        HTTPStatus.OK.value: {"model": HandedOn, "description": "Known: the same content was handed in before."},
        **refusals(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
def hand_in(caller: WhoHandsIn, desk: OpenDesk, content: Annotated[bytes, Depends(_persons)], response: Response) -> HandedOn:
    """A list of objects by the names of the HTCDS, one a person (docs/htcds.md). A supervisor looks at it row by row, a data
    protection officer agrees, and then it is taken in; nothing of it is before. The same content is the same file. At most 20
    files of an account wait at once."""
    given = PersonsFile(NAME, content, _custody(desk, caller))
    kept = keep_persons(desk.program, caller, given, most_waiting=MOST_WAITING)
    response.status_code = HTTPStatus.CREATED if kept.new else HTTPStatus.OK
    response.headers["Location"] = f"{HERE}/{kept.file}"
    return HandedOn(id=kept.file, rows=kept.rows, not_taken=list(kept.unused))


@router.get(
    "/handed-on/{file}",
    summary="How far a file is that was handed in",
    response_description="How far it is.",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def look(caller: WhoHandsIn, desk: OpenDesk, file: UUID) -> HandedOnState:
    """Whether it still waits or was taken in. What became of each person is not told."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        found = handed_in.find_own(session, file)
    state = FileState.TAKEN_IN if found.state is HandedInState.TAKEN_IN else FileState.WAITING
    return HandedOnState(id=found.id, at=found.at, state=state)


def _custody(desk: Desk, caller: Access) -> Custody:
    """Of the narrowest unit that the partner's role names; where it names none, nobody's yet."""
    grant = caller.grants_of(Right.HAND_IN_PERSONS)[0]
    unit = next((unit for unit in (grant.team, grant.area, grant.organisation) if unit != ANY), None)
    if unit is None:
        return UNASSIGNED
    with desk.database.transaction(Zone.IDENTITY, operation=caller.operation, actor=caller.actor) as session:
        return custody_in(session, UUID(unit))
