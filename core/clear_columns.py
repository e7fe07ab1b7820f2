"""What stands in clear beside a ciphertext, read so that damage is told by the record's id and nothing is guessed.

PostgreSQL's checks keep most of these columns in form. Whoever owns the tables can take a check away, so a value that was never
written is met here: as a catalogued refusal, before it decides who sees what.
"""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from core.access import Custody, CustodyDamaged
from core.database import Base
from core.errors import Problem

__all__ = ["RecordDamaged", "code_in", "codes_in", "custody_of"]

Code = TypeVar("Code", bound=StrEnum)


class RecordDamaged(Problem):
    code = "CORE-112"
    says = "Record {record} in {table} holds in its column {column} what was never written there."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record."


def code_in(row: Base, column: str, codes: type[Code]) -> Code:
    """The code that a column of a row with an id holds; raises `RecordDamaged`."""
    try:
        return codes(getattr(row, column))
    except ValueError:
        raise _damaged(row, column) from None


def codes_in(row: Base, column: str, codes: type[Code]) -> tuple[Code, ...]:
    """The codes that a column holds as a list; raises `RecordDamaged`."""
    try:
        return tuple(codes(code) for code in getattr(row, column))
    except ValueError:
        raise _damaged(row, column) from None


def custody_of(row: Base, column: str = "custody") -> Custody:
    """Where the record lies; raises `RecordDamaged`."""
    try:
        return Custody.parse(getattr(row, column))
    except CustodyDamaged:
        raise _damaged(row, column) from None


def _damaged(row: Base, column: str) -> RecordDamaged:
    known: UUID = getattr(row, "id")  # noqa: B009  (each of our tables that is read so has one)
    return RecordDamaged(record=known, table=row.__table__, column=column)
