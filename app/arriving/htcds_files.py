"""Persons whom another organisation hands on in a file of the HTCDS: looked at, agreed to by two people, taken in.

The approval is of exactly this file for exactly this custody. It is used up with the last row: where the import breaks off, it
still stands, and what was taken in is known when it goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from app.arriving.import_files import Found, import_records
from app.program import Program
from casework.htcds import HtcdsFile, open_htcds, read_htcds
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.second_person import Act, carry_out, propose
from ingest import mapped_sheets
from ingest.from_files import FormAsked, ImportRun, PassedOver, TableNeedsForm, Told, find_asked
from ingest.tables import Source

__all__ = ["FORM", "HandedOn", "open_handed_on", "propose_handed_on", "take_in_handed_on"]

FORM: Final = "screening_interview"
FILES: Final = UUID("5d1f2c0b-7c3e-4a0e-9a59-3d9a7b1e6f20")  # the name space of what is approved
Batches = Iterator[list[Told | PassedOver]]


@dataclass(frozen=True)
class HandedOn:
    """An open file; `digest` is of its content and of whose custody its persons come into."""

    run: ImportRun
    digest: str
    rows: int
    unused: tuple[str, ...]
    found: Found = field(repr=False)

    @property
    def subject(self) -> str:
        return f"casework.handed_on:{uuid5(FILES, self.digest)}"


@contextmanager
def open_handed_on(
    program: Program, access: Access, run: ImportRun, source: Source, *, encoding: str = ""
) -> Iterator[HandedOn]:
    """For as long as the block runs; raises `HtcdsUnreadable`, `TableNeedsForm`, and what opening a table raises."""
    with open_htcds(source, encoding=encoding) as table:
        operation = run.operation
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=access.actor) as session:
            definition = find_asked(session, operation, FormAsked(FORM, None))
            places = mapped_sheets.place_names(session, operation)
        if definition is None:
            raise TableNeedsForm(file=source.name)
        read: HtcdsFile = read_htcds(table, definition)
        found = mapped_sheets.mapped_records(run, read.table, read.mapping, definition, places, files_of=lambda _i, _n: ())
        with source.open() as content:
            digest = sha256(f"{run.custody}\n".encode() + content.read()).hexdigest()
        yield HandedOn(run, digest, read.rows, read.unused, found)


def propose_handed_on(program: Program, access: Access, handed_on: HandedOn, kept: UUID | None = None) -> UUID:
    """Ask for a second person's approval of the file; the proposal's id. `kept` names one that was handed in on screen.

    Raises `NotAllowed`.
    """
    detail = {"sha256": handed_on.digest, "rows": handed_on.rows, **({"file": str(kept)} if kept else {})}
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        return propose(
            session,
            Act.RECORDS_IN,
            handed_on.subject,
            purpose=Purpose.ASSISTANCE,
            detail=detail,
            custodies=[handed_on.run.custody],
        )


def take_in_handed_on(program: Program, access: Access, handed_on: HandedOn, proposal: UUID) -> Batches:
    """Take the rows in on an approved proposal, a batch at a time; raises `NotAllowed` and its kinds before the first."""
    with program.database.transaction(Zone.CASEWORK, access=access) as session:
        carry_out(session, proposal, Act.RECORDS_IN, handed_on.subject)
        yield from import_records(program, handed_on.run, handed_on.found, actor=access.actor)
