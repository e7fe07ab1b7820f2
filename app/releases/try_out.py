"""A trial of other rules tried to its end, each choice in a transaction of its own: whoever ends in between can go on."""

from collections.abc import Iterator
from uuid import UUID

from anonymizer import officer
from app.program import Program
from core.access import Access
from core.audit import Purpose
from core.database import Zone

__all__ = ["try_out"]


def try_out(program: Program, access: Access, trial: UUID) -> Iterator[officer.Trial]:
    """The trial after each choice; ends early where somebody asked anew meanwhile. Raises `NotAllowed`."""
    while True:
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            after = officer.go_on(session, program.ring, trial, purpose=Purpose.STATISTICS)
        if after is None:
            return
        yield after
        if after.finished:
            return
