"""Import answers from files, batch by batch, each batch a transaction of its own: what is interrupted goes on when it is run
again, since everything that was kept is recognised."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.arriving.batches_ahead import batches_ahead
from app.program import Program
from core.database import Zone
from core.processes.forked_work import processors
from forms import FormDefinition
from ingest.from_files import (
    Candidate,
    FormAsked,
    ImportRun,
    PassedOver,
    Reading,
    RecordsMet,
    Told,
    find_asked,
    take_in,
)

__all__ = ["Found", "import_records"]

Found: TypeAlias = Iterable[Candidate | PassedOver]


class _NothingKept(Exception):
    """Ends a transaction of a dry run."""


def import_records(
    program: Program, run: ImportRun, found: Found, *, actor: str, dry_run: bool = False
) -> Iterator[list[Told | PassedOver]]:
    """What became of each record, a batch at a time, in the order of the file.

    While a batch is written the next one is read and looked at (`app.arriving.batches_ahead`). A dry run does all that an
    import does and undoes it, batch by batch; so that it tells the same, it remembers what it met.
    """

    def find(asked: FormAsked) -> FormDefinition | None:
        with _transaction(program, run, actor, dry_run=False) as session:
            return find_asked(session, run.operation, asked)

    met = RecordsMet()
    with closing(batches_ahead(Reading(program.ring, found), find, fork=processors() > 0)) as batches:
        for batch in batches:
            candidates = [one for one in batch if not isinstance(one, PassedOver)]
            told: list[Told] = []
            with _transaction(program, run, actor, dry_run=dry_run) as session:
                told = take_in(session, program.ring, run.operation, candidates)
                if dry_run:
                    raise _NothingKept
            of_records = iter([met.compare(one) for one in told] if dry_run else told)
            yield [one if isinstance(one, PassedOver) else next(of_records) for one in batch]


@contextmanager
def _transaction(program: Program, run: ImportRun, actor: str, *, dry_run: bool) -> Iterator[Session]:
    try:
        with program.database.transaction(Zone.COLLECTION, operation=run.operation, actor=actor) as session:
            yield session
    except _NothingKept:
        if not dry_run:
            raise
