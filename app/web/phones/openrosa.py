"""The door for phones: OpenRosa 1.0 form discovery, under `/key/{token}`.

What they post is taken in by `app.web.phones.submission_door`.

The token in the address says which collector sends and to which operation. It is a secret: the server runs without an
access log, and nothing here logs an address, a body or a file name.

Specification: OpenRosa form discovery, form submission and HTTP request API, as ODK Collect and KoboCollect use them.
"""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.web.phones.case_lists import cases_gone, comes_with_list, list_file, list_tag
from app.web.phones.door import Door
from app.web.phones.openrosa_documents import EntityList, form_list, integrity, manifest
from app.web.phones.openrosa_guard import DoorRoute
from app.web.phones.reception import actor_of
from app.web.phones.sign_in_door import SIGNED_IN_AT
from app.web.problems import FormNotOffered, TokenUnknown
from casework.follow_up import LIST_FILE
from core.database import Zone
from forms import PublishedForm, find_form, list_forms, read_media
from ingest.collectors import Collector, find_collector

__all__ = ["router"]


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


OpenDoor = Annotated[Door, Depends(_door)]


def _caller(token: str, door: OpenDoor) -> Collector:
    """Who sends. A bad token is 403: 401 would make the phone ask for a password that does not exist."""
    with door.database.transaction(Zone.COLLECTION) as session:
        collector = find_collector(session, token)
    if collector is None:
        raise TokenUnknown
    return collector


Caller = Annotated[Collector, Depends(_caller)]

MOST_ASKED: Final = 2_000  # ids in one address: far more cases than a phone makes between two fetches

router = APIRouter(prefix="/key/{token}", route_class=DoorRoute)


@router.get("/formList")
def offer_forms(request: Request, door: OpenDoor, caller: Caller, token: str) -> Response:
    """The newest version of every form that the phone is offered, or of the one named by `formID`."""
    wanted = request.query_params.get("formID")
    with door.database.transaction(Zone.COLLECTION, operation=caller.operation, actor=_actor(caller)) as session:
        every = [form for form in list_forms(session, caller.operation) if wanted in (None, form.form_id)]
        forms = [form for form in every if caller.is_offered(form.form_id)]
        listing = {form.form_id for form in forms if comes_with_list(session, caller.operation, form)}
    verbose = "verbose" in request.query_params
    return _xml(form_list(forms, _base(request, token), verbose=verbose, with_lists=listing))


@router.get("/forms/{form_id:path}/manifest")
def offer_manifest(request: Request, door: OpenDoor, caller: Caller, token: str, form_id: str) -> Response:
    """The files that a form needs, and the list of cases, if it reads that."""
    form, base = _find(door, caller, form_id, request), _base(request, token)
    with door.database.transaction(Zone.COLLECTION, operation=caller.operation, actor=_actor(caller)) as session:
        listing = comes_with_list(session, caller.operation, form)
    return _xml(manifest(form, base, EntityList(LIST_FILE, list_tag(door, caller), f"{base}/cases") if listing else None))


@router.get("/forms/{form_id:path}/media/{file_name}")
def offer_media(request: Request, door: OpenDoor, caller: Caller, form_id: str, file_name: str) -> Response:
    """One of a form's files, or the list of cases that the phone carries."""
    form = _find(door, caller, form_id, request)
    with door.database.transaction(Zone.COLLECTION, operation=caller.operation, actor=_actor(caller)) as session:
        files = read_media(session, caller.operation, form.form_id, form.version)
        listing = file_name == LIST_FILE and comes_with_list(session, caller.operation, form)
    if listing:
        return Response(list_file(door, caller), media_type="text/csv", headers={"Cache-Control": "no-store"})
    content = next((file.content for file in files if file.file_name == file_name), None)
    if content is None:
        raise FormNotOffered
    return Response(content, media_type="application/octet-stream")


@router.get("/cases")
def tell_cases_gone(request: Request, door: OpenDoor, caller: Caller) -> Response:
    """Which of the cases named by `id`, separated by commas, the phone has to let go of. Other words are passed over."""
    words = request.query_params.get("id", "").split(",")[:MOST_ASKED]
    asked = list(dict.fromkeys(case for word in words if (case := _case_id(word))))
    return _xml(integrity(asked, cases_gone(door, caller, asked)))


@router.get("/forms/{form_id:path}.xml")
def offer_form(request: Request, door: OpenDoor, caller: Caller, form_id: str) -> Response:
    """A form as XForm: the version named by `version`, else the newest."""
    return _xml(_find(door, caller, form_id, request).xform)


@router.head("/submission")
def announce_submission(caller: Caller) -> Response:  # noqa: ARG001  (it is the check of the token)
    """What a phone asks before it posts: where, and how much at once. Any status but 204 is an error to it."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _find(door: Door, caller: Collector, form_id: str, request: Request) -> PublishedForm:
    version = request.query_params.get("version")
    with door.database.transaction(Zone.COLLECTION, operation=caller.operation, actor=_actor(caller)) as session:
        form = find_form(session, caller.operation, form_id, version)
    if form is None or not caller.is_offered(form_id):
        raise FormNotOffered
    return form


def _case_id(word: str) -> UUID | None:
    try:
        return UUID(word.strip())
    except ValueError:
        return None


def _actor(caller: Collector) -> str:
    return actor_of(caller.id)


def _base(request: Request, token: str) -> str:
    return f"{request.base_url}{request.scope.get(SIGNED_IN_AT, f'/key/{token}').removeprefix('/')}"


def _xml(content: bytes) -> Response:
    return Response(content, media_type="text/xml")
