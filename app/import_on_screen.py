"""Import a file that was handed in on screen: kept sealed, tried, taken in, and forgotten.

It is opened in memory alone. Reception and admission are the program's work in zones of their own, under the name of whoever
handed it in, whose right and reach were asked for before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.admission import admit_batches
from app.import_files import import_records
from app.open_files import HandedIn, Opened, Suggested, open_files
from app.program import Program
from core.access import Access, Custody
from core.database import Zone
from core.errors import Problem
from ingest import Outcome, handed_in
from ingest.from_files import ImportRun, PassedOver, Told
from ingest.handed_in import HandedInState, HandedInUnknown, Said, ToldRow
from ingest.mapped_sheets import MappingNeeded
from ingest.tables import Source

__all__ = ["Upload", "hand_in", "say_mapping", "work_through"]

MOST_TOLD: Final = 20_000  # rows that are kept to be looked at; those that need somebody's eye come beyond it, too
LEFT_OUT: Final = "left_out"
NOT_TAKEN: Final = {Outcome.CONFLICTING, Outcome.STALE_EDIT, Outcome.UNKNOWN_FORM, Outcome.MALFORMED, Outcome.ERASED}


@dataclass(frozen=True)
class Upload:
    """A file as it came, for the records of `custody`. `counts`: its tables hold counts."""

    content: bytes = field(repr=False)
    said: Said
    custody: Custody
    form_id: str = ""
    counts: bool = False

    def by(self, mapping: str) -> "Upload":
        """The same, read by a mapping; by "" one is suggested."""
        return replace(self, said=replace(self.said, mapping=mapping, reused=False))


def hand_in(program: Program, access: Access, upload: Upload) -> UUID:
    """Keep a file that can be opened, with a suggested mapping where it needs one. Raises what `open_files` refuses."""
    try:
        kept = _with_mapping(program, access, upload.by("") if upload.counts else upload)
    except MappingNeeded:
        kept = _with_mapping(program, access, upload.by(""))
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        return handed_in.keep_file(session, program.ring, kept.said, kept.content, custody=kept.custody, form_id=kept.form_id)


def say_mapping(program: Program, access: Access, file: UUID, mapping: str) -> None:
    """Read the file by this mapping from now on. Raises what `open_files` refuses, and then nothing is changed."""
    upload = _kept(program, access, file)
    with _opened(program, access, upload.by(mapping)):
        pass
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        handed_in.change_said(session, program.ring, file, upload.by(mapping).said)


def work_through(program: Program, access: Access, file: UUID, *, dry_run: bool) -> None:
    """Try a file, or take it in and admit what came of it. What is wrong with all of it is told like what is wrong with a row.

    Whatever interrupts this, the file stays, and what was taken in is recognised. Raises `HandedInUnknown`.
    """
    upload = _kept(program, access, file)
    told = _Told(program, access, file, HandedInState.TRYING if dry_run else HandedInState.TAKING_IN)
    whole = False
    try:
        with _opened(program, access, upload, file) as opened:
            if isinstance(opened, Opened):
                told.notes = list(opened.notes)
                run = ImportRun(access.operation, upload.custody, file)
                for batch in import_records(program, run, opened.found, actor=access.actor, dry_run=dry_run):
                    told.add(batch)
                whole = True
    except Problem as problem:
        told.add_problem(problem)
    told.keep(HandedInState.TAKEN_IN if whole and not dry_run else HandedInState.TRIED)
    if not dry_run:
        for _ in admit_batches(program, access.operation, actor=access.actor):
            pass


def _kept(program: Program, access: Access, file: UUID) -> Upload:
    """What was handed in; raises `HandedInUnknown` also where it was taken in."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        found = handed_in.open_handed_in(session, program.ring, file)
        content = handed_in.open_content_of(session, program.ring, file)
    if content is None or found.said is None:
        raise HandedInUnknown(file=file)
    return Upload(content, found.said, found.custody, found.form_id)


def _with_mapping(program: Program, access: Access, upload: Upload) -> Upload:
    with _opened(program, access, upload) as opened:
        if not isinstance(opened, Suggested):  # a packed folder needs none
            return replace(upload, said=replace(upload.said, mapping=None))
        return replace(upload, said=replace(upload.said, mapping=opened.text, reused=opened.reused))


@contextmanager
def _opened(program: Program, access: Access, upload: Upload, file: UUID | None = None) -> Iterator[Opened | Suggested]:
    """`file` names what its records say brought them: by that the quarantine knows whose they are."""
    run, said = ImportRun(access.operation, upload.custody, file or uuid4()), upload.said
    earlier: Sequence[str] = ()
    if said.mapping == "":
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            earlier = handed_in.earlier_mappings(session, program.ring, upload.form_id)
    given = HandedIn(
        Source.held(said.name, upload.content),
        upload.form_id,
        encoding=said.encoding,
        no_answer=said.no_answer,
        drafts=said.drafts,
        counts=upload.counts,
        written=said.mapping,
        earlier=earlier,
    )
    with open_files(program, run, given, actor=access.actor) as opened:
        yield opened


class _Told:
    """What became of the records so far, written down after each batch, for whoever waits to see."""

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
