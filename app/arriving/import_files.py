"""Import answers from files, batch by batch, each batch a transaction of its own: what is interrupted goes on when it is run
again, since everything that was kept is recognised."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.arriving.one_ahead import one_ahead
from app.program import Program
from core.database import Zone
from core.keys.keyring import KeyRing
from ingest.from_files import Candidate, FormsAsked, ImportRun, LookedAt, PassedOver, RecordsMet, Told, in_batches, take_in

__all__ = ["Found", "import_records"]

Found: TypeAlias = Iterable[Candidate | PassedOver]


class _NothingKept(Exception):
    """Ends a transaction of a dry run."""


def import_records(
    program: Program, run: ImportRun, found: Found, *, actor: str, dry_run: bool = False
) -> Iterator[list[Told | PassedOver]]:
    """What became of each record, a batch at a time, in the order of the file.

    While a batch is written the next one is read, and looked at as far as that asks nothing of the database. A dry run does
    all that an import does and undoes it, batch by batch; so that it tells the same, it remembers what it met.
    """
    forms, met = FormsAsked(run.operation), RecordsMet()
    for batch in one_ahead(_looked_at(program.ring, forms, found)):
        candidates = [one for one in batch if not isinstance(one, PassedOver)]
        told: list[Told] = []
        with _transaction(program, run, actor, dry_run=dry_run) as session:
            told = take_in(session, program.ring, run.operation, candidates, forms.by(session))
            if dry_run:
                raise _NothingKept
        of_records = iter([met.compare(one) for one in told] if dry_run else told)
        yield [one if isinstance(one, PassedOver) else next(of_records) for one in batch]


def _looked_at(ring: KeyRing, forms: FormsAsked, found: Found) -> Iterator[list[Candidate | PassedOver]]:
    for batch in in_batches(found):
        yield [one if isinstance(one, PassedOver) else LookedAt.ahead(one, ring, forms.known) for one in batch]


@contextmanager
def _transaction(program: Program, run: ImportRun, actor: str, *, dry_run: bool) -> Iterator[Session]:
    try:
        with program.database.transaction(Zone.COLLECTION, operation=run.operation, actor=actor) as session:
            yield session
    except _NothingKept:
        if not dry_run:
            raise
