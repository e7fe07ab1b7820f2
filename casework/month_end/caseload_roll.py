"""The roll of those who were counted at a month's end: whoever is on it stayed, whoever is not came.

It holds no id and no answer. Of each person there is a fingerprint under the key ring, and beside it one of the codes that they
were counted with: who has gone is counted as gone from these codes only where the record still says them. Both are of the
operation and the month, so that two rolls cannot be laid side by side.
"""

from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from casework.case_file_models import CaseloadRollRow
from casework.errors import RollChanged
from core.clock import now
from core.keys.keyring import KeyRing
from core.periods.month import Month

__all__ = ["Roll", "keep_roll"]

WHO: Final = 16  # bytes
WHAT: Final = 8
PURPOSE: Final = "caseload-roll"


class Roll:
    """The roll of a month as it was kept; raises `RollChanged` where it is missing or not as it was written."""

    def __init__(self, session: Session, ring: KeyRing, operation: str, month: Month) -> None:
        self._ring, self._named = ring, f"{operation} {month}"
        row = session.get(CaseloadRollRow, (operation, str(month)))
        if row is None or not compare_digest(row.seal, _seal(ring, self._named, row.content)):
            raise RollChanged(operation=operation, month=month)
        length = WHO + WHAT
        lines = [row.content[at : at + length] for at in range(0, len(row.content), length)]
        self._codes = {line[:WHO]: line[WHO:] for line in lines}

    @property
    def size(self) -> int:
        return len(self._codes)

    def holds(self, person: UUID) -> bool:
        """Whether somebody was counted as this person."""
        return _who(self._ring, self._named, person) in self._codes

    def holds_with(self, person: UUID, codes: Mapping[str, str]) -> bool:
        """Whether somebody was counted as this person, and with these codes."""
        known = self._codes.get(_who(self._ring, self._named, person), b"")
        return compare_digest(known, _what(self._ring, self._named, person, codes))


def keep_roll(
    session: Session,
    ring: KeyRing,
    operation: str,
    month: Month,
    counted: Iterable[tuple[UUID, Mapping[str, str]]],
    *,
    since: Month | None,
) -> None:
    """Keep who was counted, and with which codes, beside the roll of the month that was told last; any other is destroyed."""
    session.execute(
        delete(CaseloadRollRow).where(CaseloadRollRow.operation == operation, CaseloadRollRow.period != str(since or ""))
    )
    named = f"{operation} {month}"
    lines = (_who(ring, named, person) + _what(ring, named, person, codes) for person, codes in counted)
    content = b"".join(sorted(lines))
    seal = _seal(ring, named, content)
    session.add(CaseloadRollRow(operation=operation, period=str(month), content=content, seal=seal, taken_at=now()))
    session.flush()


def _who(ring: KeyRing, named: str, person: UUID) -> bytes:
    return ring.blind_token(PURPOSE, f"who {named} {person}")[:WHO]


def _what(ring: KeyRing, named: str, person: UUID, codes: Mapping[str, str]) -> bytes:
    said = " ".join(f"{variable}={code}" for variable, code in sorted(codes.items()))
    return ring.blind_token(PURPOSE, f"what {named} {person} {said}")[:WHAT]


def _seal(ring: KeyRing, named: str, content: bytes) -> bytes:
    return ring.blind_token(PURPOSE, f"roll {named} {content.hex()}")
