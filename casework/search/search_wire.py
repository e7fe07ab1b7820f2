"""Questions to the search worker and its answers, as they cross its unix socket: JSON, one question a connection.

The socket lies in a folder of the program's own and has mode 0600: only the program's own user can open it.
"""

import json
from collections.abc import Sequence
from multiprocessing.connection import Client
from pathlib import Path
from typing import Final
from uuid import UUID

from casework.errors import SearchDown
from casework.search.name_index import FreeQuestion
from casework.search.search_freely import Ask

__all__ = ["MOST_BYTES", "ask_worker", "read_question", "write_answer"]

MOST_BYTES: Final = 16_000_000
PATIENCE_SECONDS: Final = 5


def ask_worker(socket: Path, operation: str) -> Ask:
    """How to ask the worker that listens at `socket`; the asking raises `SearchDown` when nobody answers."""

    def ask(question: FreeQuestion) -> list[tuple[UUID, float]]:
        try:
            with Client(str(socket), family="AF_UNIX") as line:
                line.send_bytes(_write_question(question))
                if not line.poll(PATIENCE_SECONDS):
                    raise SearchDown(operation=operation)
                return [(UUID(person), score) for person, score in json.loads(line.recv_bytes(MOST_BYTES))]
        except (OSError, EOFError, ValueError):
            raise SearchDown(operation=operation) from None

    return ask


def _write_question(question: FreeQuestion) -> bytes:
    opened, kept = [one.hex for one in question.opened], [one.hex for one in question.kept]
    return json.dumps([question.name, question.reaches, opened, kept, question.limit]).encode()


def read_question(content: bytes) -> FreeQuestion:
    """Raises `ValueError` or `TypeError` for anything else."""
    name, reaches, opened, kept, limit = json.loads(content)
    tuples = tuple((organisation, area, team, worker) for organisation, area, team, worker in reaches)
    return FreeQuestion(name, tuples, frozenset(map(UUID, opened)), frozenset(map(UUID, kept)), int(limit))


def write_answer(found: Sequence[tuple[UUID, float]]) -> bytes:
    return json.dumps([(person.hex, score) for person, score in found]).encode()
