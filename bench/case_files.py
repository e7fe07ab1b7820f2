"""Whole case files in the store of `bench/caseload.py`: a case for each caseworker that its page can be asked for.

Lists open nothing, so the cases there have entries without what was written. These have a record that says something, members
of a household, interviews, and a file whose every step went through `take_step`.
"""

from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from app.program import Program
from bench.case_page import complete
from bench.search import OPERATION, make_page
from casework.case_file import Act, EntryKind, Step, read_case_file, take_step
from casework.models import Case
from casework.store.seal_record import Vault
from core.audit import Purpose
from core.database import Zone
from core.postgres.embedded_cluster import ADMINISTRATOR

__all__ = ["case_of", "write_case_files"]

SPOKEN = "was here, spoke of work and of home. " * 8
WRITTEN = (
    *[(EntryKind.NOTE, {"text": SPOKEN})] * 6,
    *[(EntryKind.TASK, {"task": "call the clinic and ask for a bed"})] * 6,
    *[(EntryKind.SERVICE, {"service_type": code, "provider": "own"}) for code in ("medical", "legal", "training")],
    *[(EntryKind.VISIT, {"purpose": "at home, with the children"})] * 3,
    (EntryKind.FLAG, {"reason": "calls only after six"}),
)
"""Nineteen entries; every task is done afterwards, so there are twenty-five steps."""
ONE_OF_EACH = """
SELECT DISTINCT ON (worker) worker, id FROM casework."case"
WHERE worker = ANY (:workers) AND state = 'active' ORDER BY worker, id
"""
OF_WORKER = """
SELECT id FROM casework."case" WHERE worker = :worker AND id IN (SELECT "case" FROM casework.case_step) ORDER BY id LIMIT 1
"""


def write_case_files(program: Program, workers: list[str]) -> None:
    """A file for one active case of each worker."""
    with owner(program).begin() as connection:
        cases = [row.id for row in connection.execute(text(ONE_OF_EACH), {"workers": workers})]
        connection.execute(text('DELETE FROM casework.case_entry WHERE "case" = ANY (:cases)'), {"cases": cases})
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION) as session:
        vault = Vault(session, program.ring, OPERATION)
        rows = [session.get_one(Case, case) for case in cases]
        for row in rows:
            make_page(vault, row, [])
        persons = [row.person for row in rows]
    complete(program, persons)
    for case in cases:
        write_case_file(program, case)


def write_case_file(program: Program, case: UUID) -> None:
    """Its steps, one after the other."""
    for kind, fields in WRITTEN:
        take(program, case, Step(kind, Act.WRITE, fields=fields))
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="bench") as session:
        entries = read_case_file(session, program.ring, case, purpose=Purpose.ASSISTANCE).entries
    for entry in entries:
        if entry.kind is EntryKind.TASK:
            take(program, case, Step(EntryKind.TASK, Act.COMPLETE, entry.id, seen=entry.number))


def take(program: Program, case: UUID, step: Step) -> None:
    with program.database.transaction(Zone.CASEWORK, operation=OPERATION, actor="bench") as session:
        take_step(session, program.ring, case, step, purpose=Purpose.ASSISTANCE)


def case_of(program: Program, worker: str) -> UUID | None:
    """The case of a worker that has a file; None for a supervisor, who has none in hand."""
    with owner(program).connect() as connection:
        row = connection.execute(text(OF_WORKER), {"worker": worker}).one_or_none()
        return row and row.id


def owner(program: Program) -> Engine:
    return create_engine(program.database.engine.url.set(username=ADMINISTRATOR))
