"""Persons of the HTCDS whose file was handed in on screen, or by a partner's program: kept sealed, tried, agreed to, taken in.

The same file goes through the same steps as on the command line (`app.arriving.htcds_files`); it is opened in memory alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.arriving.htcds_files import HandedOn, open_handed_on, propose_handed_on, take_in_handed_on
from app.arriving.import_files import import_records
from app.arriving.told_so_far import ToldSoFar, tell_of_each
from app.program import Program
from core.access import Access, Custody
from core.database import Zone
from core.errors import Problem
from core.second_person import Act, Proposal, State, open_proposals
from ingest import handed_in
from ingest.from_files import ImportRun
from ingest.handed_in import HandedInShape, HandedInUnknown, Said
from ingest.tables import Source

__all__ = [
    "AgreementNeeded",
    "Kept",
    "PersonsFile",
    "TooManyWaiting",
    "agreement_on",
    "ask_agreement",
    "keep_persons",
    "work_through",
]


class AgreementNeeded(Problem):
    code = "APP-181"
    says = "Nobody has agreed yet that the persons of this file are taken in, or the agreement is over."
    remedy = "Ask for it on the page of the file; a data protection officer agrees under Approvals. Nothing was taken in."


class TooManyWaiting(Problem):
    code = "APP-185"
    says = "{most} files that this account handed in wait already, as many as are kept."
    remedy = "Put more persons into one file, or wait until somebody here has looked at them. Nothing of this one was kept."


@dataclass(frozen=True)
class PersonsFile:
    """A file as it came, whose persons come into `custody`."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    custody: Custody
    encoding: str = ""


@dataclass(frozen=True)
class Kept:
    """What was kept: its id, whether it is new, its rows, and the headers that are not taken."""

    file: UUID
    new: bool
    rows: int
    unused: tuple[str, ...] = field(repr=False)


def keep_persons(program: Program, access: Access, given: PersonsFile, *, most_waiting: int | None = None) -> Kept:
    """Keep a file that can be read. Raises `NotAllowed`, `TooManyWaiting`, and what `open_handed_on` refuses."""
    with _opened(program, access, given, uuid4()) as opened:
        rows, unused = opened.rows, opened.unused
    said = Said(given.name, encoding=given.encoding)
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        file, new = handed_in.keep_persons(session, program.ring, said, given.content, custody=given.custody)
        if new and most_waiting is not None and handed_in.count_own(session) > most_waiting:
            raise TooManyWaiting(most=most_waiting)
    return Kept(file, new, rows, unused)


def ask_agreement(program: Program, access: Access, file: UUID) -> UUID:
    """Propose to take its persons in; the proposal's id, also where it was asked for before. Raises `HandedInUnknown` or
    `NotAllowed`."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        asked = agreement_on(session, file)
    if asked is not None:
        return asked.id
    with _opened(program, access, _kept(program, access, file), file) as opened:
        return propose_handed_on(program, access, opened, file)


def agreement_on(session: Session, file: UUID) -> Proposal | None:
    """What was asked for a file and is not over: proposed or approved."""
    asked = (it for it in open_proposals(session) if it.act is Act.RECORDS_IN and it.detail.get("file") == str(file))
    return next(asked, None)


def work_through(program: Program, access: Access, file: UUID, *, dry_run: bool) -> None:
    """Try a file, or take its persons in on the agreement of two and admit them (`tell_of_each`); where it is interrupted the
    agreement stays, too. Raises `HandedInUnknown`."""
    given = _kept(program, access, file)

    def go_through(told: ToldSoFar) -> bool:
        with _opened(program, access, given, file) as opened:
            told.notes = opened.unused
            if dry_run:
                batches = import_records(program, opened.run, opened.found, actor=access.actor, dry_run=True)
            else:
                batches = take_in_handed_on(program, access, opened, _agreed(program, access, file))
            for batch in batches:
                told.add(batch)
            return True

    tell_of_each(program, access, file, go_through, dry_run=dry_run)


def _agreed(program: Program, access: Access, file: UUID) -> UUID:
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        asked = agreement_on(session, file)
    if asked is None or asked.state is not State.APPROVED:
        raise AgreementNeeded
    return asked.id


def _kept(program: Program, access: Access, file: UUID) -> PersonsFile:
    """What was handed in; raises `HandedInUnknown` also where it was taken in."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        found = handed_in.open_handed_in(session, program.ring, file, HandedInShape.HTCDS)
        content = handed_in.open_content_of(session, program.ring, file)
    if content is None or found.said is None:
        raise HandedInUnknown(file=file)
    return PersonsFile(found.said.name, content, found.custody, found.said.encoding)


@contextmanager
def _opened(program: Program, access: Access, given: PersonsFile, file: UUID) -> Iterator[HandedOn]:
    """`file` names what its records say brought them: by that the quarantine knows whose they are."""
    run, source = ImportRun(access.operation, given.custody, file), Source.held(given.name, given.content)
    with open_handed_on(program, access, run, source, encoding=given.encoding) as opened:
        yield opened
