"""The address that phones post to, `/key/{token}/submission`: answered before all routing, because it is asked the most.

What can be is taken in together (`app.web.phones.reception`). When answers are complete the program is told, after the phone:
of all that came while it was told of others at once.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.web.phones.door import Door
from app.web.phones.gathering import Gathering
from app.web.phones.openrosa_guard import guarded, log_failure, say
from app.web.phones.reception import Reception, Sent, actor_of
from app.web.problems import OUTCOME_STATUS
from app.web.protections import protections
from app.web.upload import read_body, read_post
from core.database import Zone
from ingest import Outcome, Receipt, open_encrypted
from ingest.collectors import Collector

__all__ = ["SubmissionDoor"]

SUBMISSION: Final = re.compile("/key/([^/]+)/submission")
NEWS: Final = {Outcome.ACCEPTED, Outcome.EDITED, Outcome.FILES_ADDED}
MOST_TOLD: Final = 200  # what one transaction admits


class SubmissionDoor:
    """Takes in what phones post; leaves whatever else is asked to others."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._reception = Reception(door.database, door.ring)
        self._news: dict[str, Gathering[UUID, None]] = {}
        self._take = guarded(self._take_submission)

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether it was a post for this door, which then has its answer."""
        address = SUBMISSION.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if address is None:
            return False
        scope["path_params"] = {"token": address[1]}
        response = await self._take(Request(scope, receive))
        response.raw_headers.extend(protections(scope["scheme"]))
        try:
            await response(scope, receive, send)
        except Exception as error:  # noqa: BLE001  (the phone has hung up, and the server would log the address)
            log_failure(error)
        return True

    async def _take_submission(self, request: Request) -> Response:
        body = await read_body(request, self._door.settings.max_submission_bytes)
        xml, files = read_post(request.headers.get("content-type", ""), body)
        caller, receipt = await self._reception.take_in(Sent(request.path_params["token"], xml, files))
        if receipt.to_open and receipt.submission_id:
            receipt = await run_in_threadpool(self._opened, caller, receipt, receipt.submission_id)
        waiting = receipt.outcome in NEWS and not receipt.complete
        answer = say(request, OUTCOME_STATUS[receipt.outcome], "waiting" if waiting else receipt.outcome)
        if receipt.outcome in NEWS and receipt.complete and receipt.submission_id:
            answer.background = BackgroundTask(self._tell, caller.operation, receipt.submission_id)
        return answer

    def _opened(self, caller: Collector, receipt: Receipt, submission: UUID) -> Receipt:
        """Open what is encrypted and whole. It is kept by now: should this fail, it is opened when the phone sends it again, or
        by the next admission."""
        actor = actor_of(caller.id)
        with self._door.database.transaction(Zone.CASEWORK, operation=caller.operation, actor=actor) as session:
            outcome = open_encrypted(session, self._door.ring, submission)
        if outcome is Outcome.ACCEPTED and receipt.outcome is Outcome.FILES_ADDED:
            return receipt
        return replace(receipt, outcome=outcome, complete=outcome in NEWS)

    async def _tell(self, operation: str, submission: UUID) -> None:
        if operation not in self._news:
            self._news[operation] = Gathering(lambda submissions: self._tell_of(operation, submissions), MOST_TOLD)
        await self._news[operation].add(submission)

    def _tell_of(self, operation: str, submissions: Sequence[UUID]) -> Sequence[None]:
        """Pass complete answers on. Were it to fail, the periodic admission of all that awaits it makes up for it."""
        try:
            self._door.told(operation, submissions)
        except Exception as error:  # noqa: BLE001  (the answers are kept and the phones have their answers)
            log_failure(error)
        return [None] * len(submissions)
