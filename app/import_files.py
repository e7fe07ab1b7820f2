"""Import answers from files, batch by batch, each batch a transaction of its own: what is interrupted goes on when it is run
again, since everything that was kept is recognised.

Where much is new, batches are made ready by processes beside this one (`core.forked_work`) while earlier ones are written.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from app.program import Program
from core.database import Zone
from core.forked_work import ForkedWork, processors
from ingest import Outcome
from ingest.from_files import (
    Candidate,
    FormsAsked,
    ImportRun,
    PassedOver,
    ReadyBatch,
    RecordsMet,
    Told,
    in_batches,
    make_ready,
    take_in,
)

__all__ = ["Found", "import_records"]

Found: TypeAlias = Iterable[Candidate | PassedOver]
Batch: TypeAlias = list[Candidate | PassedOver]
MOSTLY: Final = 2  # what comes after a batch of which half was new is made ready ahead


class _NothingKept(Exception):
    """Ends a transaction of a dry run."""


def import_records(
    program: Program, run: ImportRun, found: Found, *, actor: str, dry_run: bool = False
) -> Iterator[list[Told | PassedOver]]:
    """What became of each record, a batch at a time, in the order of the file.

    A dry run does all that an import does and undoes it, batch by batch; so that it tells the same, it remembers what it met.
    """
    forms, met = FormsAsked(run.operation), RecordsMet()
    ahead = _Ahead(program, run, forms)
    for batch, at_work in ahead.of(in_batches(found)):
        ready = at_work.made() if at_work else None
        told: list[Told] = []
        with _transaction(program, run, actor, dry_run=dry_run) as session:
            candidates = _candidates(batch)
            told = take_in(session, program.ring, run.operation, candidates, forms.by(session), ready=ready)
            if dry_run:
                raise _NothingKept
        ahead.worthwhile = MOSTLY * sum(one.outcome is Outcome.ACCEPTED for one in told) >= len(batch)
        of_records = iter([met.compare(one) for one in told] if dry_run else told)
        yield [one if isinstance(one, PassedOver) else next(of_records) for one in batch]


def _candidates(batch: Batch) -> list[Candidate]:
    return [one for one in batch if not isinstance(one, PassedOver)]


class _Ahead:
    """Batches on their way, each with who makes it ready: nobody before it is said to be `worthwhile`, since of what is known
    nothing need be sealed."""

    def __init__(self, program: Program, run: ImportRun, forms: FormsAsked) -> None:
        self._program, self._run, self._forms, self._processes = program, run, forms, processors()
        self._waiting: deque[tuple[Batch, ForkedWork[ReadyBatch] | None]] = deque()
        self.worthwhile = False

    def of(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, ForkedWork[ReadyBatch] | None]]:
        try:
            for batch in batches:
                self._waiting.append((batch, self._begun(batch) if self._ahead else None))
                while len(self._waiting) > self._ahead:
                    yield self._waiting.popleft()
            while self._waiting:
                yield self._waiting.popleft()
        finally:
            for _, at_work in self._waiting:
                if at_work:
                    at_work.end()

    @property
    def _ahead(self) -> int:
        return self._processes if self.worthwhile else 0

    def _begun(self, batch: Batch) -> ForkedWork[ReadyBatch]:
        ring, operation = self._program.ring, self._run.operation
        return ForkedWork(partial(make_ready, ring, operation, _candidates(batch), self._forms.known))


@contextmanager
def _transaction(program: Program, run: ImportRun, actor: str, *, dry_run: bool) -> Iterator[Session]:
    try:
        with program.database.transaction(Zone.COLLECTION, operation=run.operation, actor=actor) as session:
            yield session
    except _NothingKept:
        if not dry_run:
            raise
