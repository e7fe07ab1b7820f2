"""The referrals that are open to the partner: which there are, one of them, and the answer to it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import ValidationError

from app.api.caller import Caller
from app.api.problem_json import ApiRoute
from app.api.problems import BodyUnfit, ConditionMissing
from app.api.refusals import json_body, refusals
from app.api.shapes import AnswerAct, AnswerIn, OneReferral, Referral, Referrals, Told
from app.web.desk import OpenDesk
from app.web.upload import read_body
from casework.case_file import Act
from casework.referrals import GivenAnswer, ReadReferral, give_answer, page_referrals, read_referral
from core.database import Zone

__all__ = ["router"]

ANSWER_BYTES: Final = 256 * 1024
NO_SUCH_STATE: Final = 0  # no step has this number
router = APIRouter(route_class=ApiRoute)


@dataclass(frozen=True)
class Answering:
    """What is answered, and the number of the step that was read."""

    said: AnswerIn
    seen: int


async def _answering(
    request: Request,
    caller: Caller,  # noqa: ARG001  (whose token is right, before the body is read)
    if_match: Annotated[str, Header(description="The ETag of the referral as it was read.")] = "",
) -> Answering:
    if not if_match:
        raise ConditionMissing
    number = if_match.strip('"')
    seen = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else NO_SUCH_STATE
    try:
        return Answering(AnswerIn.model_validate_json(await read_body(request, ANSWER_BYTES)), seen)
    except ValidationError as error:
        names = {str(it["loc"][-1]) if it["loc"] else "no JSON" for it in error.errors(include_input=False)}
        raise BodyUnfit(fields=", ".join(sorted(names))) from None


@router.get(
    "/referrals",
    summary="The referrals that are open to the account",
    response_description="A page of them.",
    responses=refusals(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def list_referrals(caller: Caller, desk: OpenDesk, after: Annotated[UUID | None, Query()] = None) -> Referrals:
    """Nothing of a referral is opened for the list."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        page = page_referrals(session, after=after)
    rows = [Referral(id=it.id, state=it.state, since=it.since, due=it.due, until=it.until) for it in page.rows]
    return Referrals(referrals=rows, following=page.following)


@router.get(
    "/referrals/{referral}",
    summary="One referral",
    response_description="As it stands; the header `ETag` names this state of it.",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def look(caller: Caller, desk: OpenDesk, referral: UUID, response: Response) -> OneReferral:
    """With its reason and what its provider was told: what the partner's own page shows. Each reading is logged."""
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        read = read_referral(session, desk.ring, referral)
    response.headers["ETag"] = f'"{read.number}"'
    return _shown(read)


@router.put(
    "/referrals/{referral}/answers/{answer}",
    summary="Accept, reject, or say that it is done",
    response_description="Answered.",
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=json_body({"$ref": "#/components/schemas/AnswerIn"}),
    responses=refusals(
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.PRECONDITION_REQUIRED,
    ),
)
def give(
    caller: Caller, desk: OpenDesk, referral: UUID, answer: UUID, given: Annotated[Answering, Depends(_answering)]
) -> None:
    """The program makes the id of the `answer`, a random UUID: sent twice, it is one answer, the first. Where the referral was
    changed since it was read, nothing is stored."""
    said = GivenAnswer(Act(given.said.act.value), given.said.words, given.seen, answer)
    with desk.database.transaction(Zone.CASEWORK, access=caller) as session:
        give_answer(session, desk.ring, referral, said)


def _shown(read: ReadReferral) -> OneReferral:
    told = [
        Told(part=it.part.value, question=it.question, value=it.value if isinstance(it.value, str) else len(it.value))
        for it in read.told
    ]
    return OneReferral(
        id=read.id,
        state=read.state,
        since=read.since,
        due=read.due,
        until=read.until,
        said={name: str(value) for name, value in read.said.items()},
        told=told,
        answers=[AnswerAct(act.value) for act in read.acts],
    )
