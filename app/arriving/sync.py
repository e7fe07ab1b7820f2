"""Pull a source: what is new by its position, then a sweep over all of it for edits, deletions, validations and files.

Nothing of a server is asked for while a transaction is open. Each page is a transaction of its own, so whatever interrupts
this, the next round goes on after the last page that was kept. Where much is new, pages are made ready by processes beside
this one while earlier ones are written (`app.arriving.pages_ahead`).
"""

import logging
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.arriving.pages_ahead import Page, PagesAhead
from app.arriving.pulled_server import PulledServer, find_with_token, open_server
from app.program import Program
from core.database import Zone
from core.errors import Problem
from core.processes.forked_work import processors
from forms import FormDefinition
from ingest import kobo, pull, sources

__all__ = ["Pulled", "sync_all", "sync_quietly", "sync_source"]

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address of every request: numbers and files of records

AT_ONCE: Final = 1_000
MOSTLY: Final = 2  # what comes after a page of which half was new is made ready ahead
WORKER: Final = "worker"


@dataclass(frozen=True)
class Pulled:
    """What became of a page, in numbers of records. `listed` were only compared, and had changed where they were fetched."""

    listed: int = 0
    new: int = 0
    edited: int = 0
    refused: int = 0
    erased: int = 0
    deleted: int = 0
    validated: int = 0
    waiting: int = 0


def sync_source(
    program: Program,
    operation: str,
    source: UUID,
    *,
    sweep: bool = True,
    actor: str,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Pulled]:
    """Pull, page by page. Raises `SourceUnknown`, and what the server's refusals and silence are called; how it ended is
    told with the source."""
    try:
        found, token = find_with_token(program, operation, source, actor)
        with open_server(program, found, token, wait) as server:
            one = _round(program, found, server, actor)
            yield from one.fetch()
            if sweep:
                yield from one.sweep()
    except Problem as problem:
        with suppress(Problem):  # a source that is not as it was written is told once
            _note(program, operation, source, actor, problem.code)
        raise
    _note(program, operation, source, actor)


def _note(program: Program, operation: str, source: UUID, actor: str, failed: str = "") -> None:
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=actor) as session:
        sources.note_round(session, source, failed)


def sync_all(program: Program, operation: str, *, sweep: bool) -> None:
    """Pull every source of an operation. One that fails is logged by its id and the problem's code, and holds up no other."""
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=WORKER) as session:
        every = sources.list_sources(session, operation)
    for source in every:
        sync_quietly(program, operation, source.id, sweep=sweep)


def sync_quietly(program: Program, operation: str, source: UUID, *, sweep: bool) -> None:
    """Pull one source; a failure is logged by its id and the problem's code."""
    try:
        for _ in sync_source(program, operation, source, sweep=sweep, actor=WORKER):
            pass
    except Problem as problem:
        log.warning("source %s was not pulled: %s", source, problem.code)


Item = TypeVar("Item")
ServerT = TypeVar("ServerT", bound=pull.Server)


class _Round(Generic[ServerT]):
    """What is done with any server: everything new is taken in, with its files."""

    def __init__(self, program: Program, source: sources.Source, server: ServerT, actor: str) -> None:
        self.program, self.source, self.server, self.actor = program, source, server, actor

    def fetch_new(self) -> Iterator[Pulled]:
        """Begins again from where the source stands whenever somebody else has moved it on meanwhile."""
        overtaken = True
        while overtaken:
            overtaken = yield from self._fetch_after(self._position())

    def _fetch_after(self, place: int) -> Generator[Pulled, None, bool]:
        make_ready = partial(pull.make_ready, self.program.ring, self.source)
        ahead = PagesAhead(self.server, self._forms_of, make_ready, processors())
        with closing(ahead.after(place)) as pages:
            for page in pages:
                taken = self._take_in_page(page)
                if taken.overtaken:
                    return True
                ahead.worthwhile = MOSTLY * taken.new >= page.count
                yield self._told(taken)
        return False

    def _take_in_page(self, page: Page) -> pull.TakenIn:
        """As it was made ready or, where that cannot be, record by record."""
        if page.ready:
            with self._transaction() as session:
                taken = pull.take_in_ready(session, self.program.ring, self.source, page.ready, after=page.after)
            if taken is not None:
                return taken
        records = page.records()
        with self._transaction() as session:
            return pull.take_in(session, self.program.ring, self.source, records, after=page.after)

    def _forms_of(self, versions: Collection[str]) -> Mapping[str, FormDefinition]:
        with self._transaction() as session:
            return pull.forms_of_page(session, self.source, versions)

    def _told(self, taken: pull.TakenIn) -> Pulled:
        waiting = sum(not self._add_files(one) for one in taken.waiting)
        return Pulled(new=taken.new, edited=taken.edited, refused=taken.refused, erased=taken.erased, waiting=waiting)

    def _add_files(self, waiting: pull.Waiting) -> bool:
        """Whether the submission is whole now."""
        if not waiting.files:
            return False
        with self._transaction() as session:
            key = pull.key_for_files(session, self.program.ring, waiting)
        with ExitStack() as open_files:
            fetched = []
            for file in waiting.files:
                if one := self.server.fetch(file, partial(pull.seal_fetched, key, file)):
                    open_files.enter_context(one.sealed)
                    fetched.append(one)
            if not fetched:
                return False
            with self._transaction() as session:
                return pull.add_files(session, self.program.ring, self.source, waiting, fetched, key=key)

    def _take_in(self, records: Sequence[pull.ServerRecord]) -> pull.TakenIn:
        with self._transaction() as session:
            return pull.take_in(session, self.program.ring, self.source, records)

    def _position(self) -> int:
        with self._transaction() as session:
            return sources.source_progress(session, self.source.id).position

    def _transaction(self) -> AbstractContextManager[Session]:
        return self.program.database.transaction(Zone.COLLECTION, operation=self.source.operation, actor=self.actor)


class _NumberedRound(_Round[pull.NumberedServer]):
    """A server that tells no moment of a change: all its numbers are gone through, and its history is followed meanwhile."""

    def fetch(self) -> Iterator[Pulled]:
        yield from self._follow_history()
        yield from self.fetch_new()

    def _follow_history(self) -> Iterator[Pulled]:
        """Before what is new is fetched: a record that changes after this was read is in the history of the next round. So the
        first round has nothing to follow."""
        with self._transaction() as session:
            before = sources.source_progress(session, self.source.id).changed_to
        history = self.server.history_since(before)
        if history is None:
            return
        latest, changes = history
        for some in _parts(changes) if before else ():
            with self._transaction() as session:
                found = pull.find_changed(session, self.program.ring, self.source, some)
            if found:
                yield from self._follow(found)
        with self._transaction() as session:
            sources.move_changes(session, self.source.id, max(latest, 1))

    def _follow(self, found: Mapping[int, bool]) -> Iterator[Pulled]:
        """Deleted is what the history says is deleted and is not there: a token may have lost the right to see the rest."""
        records = self.server.records(found)
        yield self._told(self._take_in(records))
        gone = {number for number, deleted in found.items() if deleted} - {record.number for record in records}
        with self._transaction() as session:
            validated = pull.keep_changed_validations(session, self.source, records)
            yield Pulled(validated=validated, deleted=pull.mark_deleted(session, self.source, gone))

    def sweep(self) -> Iterator[Pulled]:
        after = 0
        while True:
            position = self._position()
            listed = self.server.listed_after(after)
            with self._transaction() as session:
                found = pull.compare(session, self.program.ring, self.source, listed, after=after, position=position)
            yield Pulled(listed=len(listed), deleted=found.deleted, validated=found.validated)
            for numbers in _parts(sorted(found.fetch)):
                yield self._told(self._take_in(self.server.records(numbers)))
            if not listed:
                return
            after = listed[-1].number


class _DatedRound(_Round[pull.DatedServer]):
    """A server that tells when a record was changed or deleted; what is not finished here is asked for once more."""

    def fetch(self) -> Iterator[Pulled]:
        yield from self.fetch_new()
        yield from self._follow_changes()

    def sweep(self) -> Iterator[Pulled]:
        with self._transaction() as session:
            unfinished_since = sources.source_progress(session, self.source.id).unfinished_since
        if unfinished_since is not None:
            for records in self.server.records_since(unfinished_since):
                yield self._told(self._take_in(records))

    def _follow_changes(self) -> Iterator[Pulled]:
        with self._transaction() as session:
            before = sources.source_progress(session, self.source.id)
        latest = before.changed_to
        for moment, records in self.server.changed_since(before.changed_to):
            latest = max(latest, moment)
            yield self._told(self._take_in(records))
            with self._transaction() as session:
                yield Pulled(validated=pull.keep_changed_validations(session, self.source, records))
        for moment, listed in self.server.deleted_since(before.changed_to):
            latest = max(latest, moment)
            with self._transaction() as session:
                deleted = pull.mark_deleted(session, self.source, {record.number for record in listed})
            yield Pulled(listed=len(listed), deleted=deleted)
        with self._transaction() as session:
            sources.move_changes(session, self.source.id, latest)


def _round(program: Program, source: sources.Source, server: PulledServer, actor: str) -> _NumberedRound | _DatedRound:
    if isinstance(server, kobo.KoboServer):
        return _NumberedRound(program, source, server, actor)
    return _DatedRound(program, source, server, actor)


def _parts(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))
