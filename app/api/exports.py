"""The exports that lie for the partner's provider: which there are, the encrypted file of one, and that it was received."""

from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.caller import Caller
from app.api.problem_json import ApiRoute
from app.api.refusals import refusals
from app.api.shapes import Export, ExportKind, Exports
from app.records.export_file import fetch_to_spool, pieces_of
from app.web.desk import OpenDesk
from casework.left_to_fetch import ToFetch, page_to_fetch, say_received
from core.database import Zone

__all__ = ["router"]

FILE: Final[dict[str, Any]] = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    "description": "The file; the header `ETag` is its SHA-256.",
}
router = APIRouter(route_class=ApiRoute)


@router.get(
    "/exports",
    summary="The exports that lie for the account",
    response_description="A page of them.",
    responses=refusals(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def list_exports(caller: Caller, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Exports:
    """Of the provider that the account's role names."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        page = page_to_fetch(session, after=after)
    return Exports(exports=[_shown(one) for one in page.rows], following=page.following)


@router.get(
    "/exports/{export}/file",
    summary="The encrypted file of one",
    response_class=StreamingResponse,
    responses={HTTPStatus.OK.value: FILE, **refusals(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)},
)
def fetch(caller: Caller, desk: OpenDesk, export: UUID) -> StreamingResponse:
    """In the age format. It can be fetched again until it is said to be received, so a line that breaks off loses nothing. Each
    fetch is logged."""
    told, sealed = fetch_to_spool(desk.database, caller, export)
    headers = {"ETag": f'"{told.sha256}"', "Content-Length": str(told.size)}
    return StreamingResponse(pieces_of(sealed), media_type="application/octet-stream", headers=headers)


@router.post(
    "/exports/{export}/received",
    summary="Say that it was received",
    response_description="It is destroyed here.",
    status_code=HTTPStatus.NO_CONTENT,
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def receive(caller: Caller, desk: OpenDesk, export: UUID) -> None:
    """Once the file was opened. Sent twice, it is said once."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        say_received(session, export)


def _shown(one: ToFetch) -> Export:
    return Export(
        id=one.id,
        kind=ExportKind.REFERRAL if one.of_referral else ExportKind.RECORDS,
        records=one.records,
        size=one.size,
        sha256=one.sha256,
        key=one.fingerprint,
        since=one.left_at,
        until=one.until,
        fetched_at=one.fetched_at,
    )
