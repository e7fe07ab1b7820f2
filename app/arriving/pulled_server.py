"""A server that is pulled, opened with what it asks for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from app.program import Program
from core.database import Zone
from ingest import central, kobo, sources

__all__ = ["PulledServer", "find_with_token", "open_server"]

PulledServer = kobo.KoboServer | central.CentralServer


def find_with_token(program: Program, operation: str, source: UUID, actor: str) -> tuple[sources.Source, str]:
    """A source and its token. Raises `SourceUnknown`, or what `ingest.sources.open_token` raises."""
    with program.database.transaction(Zone.CASEWORK, operation=operation, actor=actor) as session:
        return sources.find_source(session, source), sources.open_token(session, program.ring, source)


@contextmanager
def open_server(
    program: Program, source: sources.Source, token: str, wait: Callable[[float], object] = time.sleep
) -> Iterator[PulledServer]:
    """The server of a source, for as long as the block runs; nothing of it is asked for while a transaction is open."""
    largest = program.settings.max_pulled_file_bytes
    if source.kind is sources.Kind.KOBO:
        with kobo.open_kobo(source.address, source.asset, token, wait=wait, largest_file=largest) as numbered:
            yield numbered
    else:
        email, _, password = token.partition("\n")
        number_of = partial(sources.number_of, program.ring, source.id)
        named = source.address, source.asset, (email, password)
        with central.open_central(*named, number_of=number_of, wait=wait, largest_file=largest) as dated:
            yield dated
