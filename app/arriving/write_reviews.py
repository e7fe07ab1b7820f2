"""Tell the servers that are pulled what reviews here said of their records.

A review and what it leaves to be sent are one commit; the server is told afterwards, again and again until it has listened.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy.orm import Session

from app.arriving.pulled_server import PulledServer, find_with_token, open_server
from app.program import Program
from core.database import Zone
from core.errors import Problem
from ingest import pull, sources, write_back

__all__ = ["write_reviews"]

log = logging.getLogger(__name__)
WORKER: Final = "worker"


def write_reviews(program: Program, operation: str, *, wait: Callable[[float], object] = time.sleep) -> int:
    """How many records' servers were told. A server that does not listen is logged by its source's id and the problem's code,
    holds up no other, and is told with the next round."""
    with _transaction(program, operation) as session:
        every = [one for one in sources.list_sources(session, operation) if write_back.unsent_reviews(session, one.id)]
    told = 0
    for source in every:
        try:
            told += _tell(program, source, wait)
        except Problem as problem:
            log.warning("reviews were not written to source %s: %s", source.id, problem.code)
            with _transaction(program, operation) as session:
                write_back.say_unsent(session, source.id, problem.code)
    return told


def _tell(program: Program, source: sources.Source, wait: Callable[[float], object]) -> int:
    _, token = find_with_token(program, source.operation, source.id, WORKER)
    told = 0
    with open_server(program, source, token, wait) as server:
        while True:
            with _transaction(program, source.operation) as session:
                reviews = write_back.unsent_reviews(session, source.id)
                named = (
                    write_back.first_ids(session, program.ring, source, reviews) if source.kind is sources.Kind.CENTRAL else {}
                )
            if not reviews:
                return told
            for review in reviews:
                told += _tell_one(program, source, server, review, named.get(review.number))


def _tell_one(
    program: Program, source: sources.Source, server: PulledServer, review: write_back.UnsentReview, first_id: str | None
) -> bool:
    """Whether the record was there. Noted at once, so that whatever interrupts this, no review is written over a later one."""
    there = server.write_review(pull.RecordName(review.number, first_id), review.state)
    with _transaction(program, source.operation) as session:
        write_back.note_sent(session, source, review, server.said[review.state] if there else None, there=there)
    return there


def _transaction(program: Program, operation: str) -> AbstractContextManager[Session]:
    return program.database.transaction(Zone.CASEWORK, operation=operation, actor=WORKER)
