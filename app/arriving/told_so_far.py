"""What became of the records of a file that was handed in on screen, written down after each batch for whoever waits to see."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.arriving.admission import admit_batches
from app.program import Program
from core.access import Access
from core.database import Zone
from core.errors import Problem
from ingest import Outcome, handed_in
from ingest.from_files import PassedOver, Told
from ingest.handed_in import HandedInState, ToldRow

__all__ = ["ToldSoFar", "tell_of_each"]

MOST_TOLD: Final = 20_000  # rows that are kept to be looked at; those that need somebody's eye come beyond it, too
LEFT_OUT: Final = "left_out"
NOT_TAKEN: Final = {Outcome.CONFLICTING, Outcome.STALE_EDIT, Outcome.UNKNOWN_FORM, Outcome.MALFORMED, Outcome.ERASED}


def tell_of_each(
    program: Program, access: Access, file: UUID, go_through: Callable[["ToldSoFar"], bool], *, dry_run: bool
) -> None:
    """Try a file, or take it in and admit what came of it; `go_through` adds batch by batch, and says whether that was all.

    What is wrong with all of it is told like what is wrong with a row. Whatever interrupts this, the file stays, and what was
    taken in is recognised.
    """
    told = ToldSoFar(program, access, file, HandedInState.TRYING if dry_run else HandedInState.TAKING_IN)
    whole = False
    try:
        whole = go_through(told)
    except Problem as problem:
        told.add_problem(problem)
    told.keep(HandedInState.TAKEN_IN if whole and not dry_run else HandedInState.TRIED)
    if not dry_run:
        for _ in admit_batches(program, access.operation, actor=access.actor):
            pass


class ToldSoFar:
    """Add each batch, then `keep` what is to be looked at."""

    def __init__(self, program: Program, access: Access, file: UUID, state: HandedInState) -> None:
        self.program, self.access, self.file, self.state = program, access, file, state
        self.rows: list[ToldRow] = []
        self.notes: Sequence[str] = ()
        self.counts: Counter[str] = Counter()
        self.aside = 0
        self._note()

    def add(self, batch: Sequence[Told | PassedOver]) -> None:
        for one in batch:
            row = _row(one)
            self.counts[row.outcome] += 1
            self.aside += row.needs_eye
            if len(self.rows) < MOST_TOLD or (row.needs_eye and len(self.rows) < 2 * MOST_TOLD):
                self.rows.append(row)
        self._note()

    def add_problem(self, problem: Problem) -> None:
        """What ended it."""
        self.rows.append(ToldRow("", "", 0, "", LEFT_OUT, problem.code, problem.what, problem.what_to_do, needs_eye=True))
        self.aside += 1

    def keep(self, state: HandedInState) -> None:
        with self._transaction() as session:
            handed_in.keep_told(session, self.program.ring, self.file, rows=self.rows, notes=self.notes, counts=self.counts)
            self._say(session, state)

    def _note(self) -> None:
        with self._transaction() as session:
            self._say(session, self.state)

    def _say(self, session: Session, state: HandedInState) -> None:
        handed_in.say_state(session, self.file, state, records=self.counts.total(), aside=self.aside)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self.program.database.transaction(Zone.CASEWORK, access=self.access) as session:
            yield session


def _row(one: Told | PassedOver) -> ToldRow:
    place, problem = one.place, one.problem
    cells = str(problem.where.get("column", place.cells)) if problem else place.cells
    outcome = one.outcome.value if isinstance(one, Told) else LEFT_OUT
    said = (problem.code, problem.what, problem.what_to_do) if problem else ("", "", "")
    needs_eye = problem is not None or (isinstance(one, Told) and one.outcome in NOT_TAKEN)
    return ToldRow(place.file, place.sheet, place.row, cells, outcome, *said, needs_eye=needs_eye)
