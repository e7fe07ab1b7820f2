"""What an administrator has done with another server while a page waits for it: try the connection, deploy a form."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.arriving.pulled_server import find_with_token, open_server
from app.program import Program
from core.clock import now
from core.database import Zone
from core.errors import Problem
from ingest import kobo, sources

__all__ = ["act_quietly", "try_source"]

log = logging.getLogger(__name__)
AFTER_ALL: Final = 2**53 - 1  # no record has this number
LONGEST_WAIT: Final = 2.0  # seconds: somebody is looking
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def try_source(program: Program, operation: str, source: UUID, *, actor: str) -> None:
    """Ask the server for the records of the form that come after all; nothing is taken in.

    Raises `SourceUnknown`, and what the server's refusals and silence are called.
    """
    found, token = find_with_token(program, operation, source, actor)
    with open_server(program, found, token, _wait) as server:
        if isinstance(server, kobo.KoboServer):
            server.listed_after(AFTER_ALL)
        else:
            next(server.records_since(int((now() - EPOCH).total_seconds() * 1000)), None)


def act_quietly(program: Program, operation: str, source: UUID, deed: Callable[[], object]) -> None:
    """Do it; how it ended stands with the source, and a failure is logged by its id and the problem's code."""
    failed = ""
    try:
        deed()
    except Problem as problem:
        failed = problem.code
        log.warning("source %s: what was asked of its server ended with %s", source, failed)
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor="worker") as session:
        sources.end_act(session, source, failed)


def _wait(seconds: float) -> None:
    time.sleep(min(seconds, LONGEST_WAIT))
