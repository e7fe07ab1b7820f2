"""The register of an operation on behalf of an officer: each of its transactions asks for the right anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from anonymizer import ledger
from app.program import Program
from core.access import UNASSIGNED, Access, require
from core.database import Zone
from core.permissions import Right

__all__ = ["register_of"]


def register_of(program: Program, access: Access) -> ledger.OperationRegister:
    """What methods of other kinds than the weekly report's are written into; its transactions raise `NotAllowed`.

    Protected periods that were never written down are so first: noise is refused beside them.
    """

    @contextmanager
    def begin() -> Iterator[Session]:
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            require(session, Right.RELEASE_WEEK, UNASSIGNED, subject="anonymizer.register_line")
            ledger.write_down_protected(session, access.operation)
            yield session

    return ledger.OperationRegister(access.operation, begin)
