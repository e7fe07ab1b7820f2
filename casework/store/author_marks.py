"""Who wrote what waits for somebody else, as marks that only the key ring can read: a list leaves out one's own by them, and
opens nothing.

A mark is a keyed fingerprint of an account under a salt of its own for each step, so that equal authors have no equal marks,
neither in two entries nor in one over time. There are as many as the entry has steps, whoever took them (decision 118).
"""

from collections.abc import Collection
from secrets import token_bytes
from typing import Final

from core.keys.keyring import KeyRing

__all__ = ["author_marks", "is_marked_for"]

SIZE: Final = 16  # bytes, of the salt and of each mark
PURPOSE: Final = "casework.case_entry.author"


def author_marks(ring: KeyRing, authors: Collection[str], steps: int) -> bytes:
    """Salt and marks of these accounts, filled up to the number of `steps`, of which each author took one at least."""
    salt = token_bytes(SIZE)
    marks = [_mark(ring, salt, author) for author in authors]
    marks += [token_bytes(SIZE) for _ in range(steps - len(marks))]
    return salt + b"".join(sorted(marks))


def is_marked_for(ring: KeyRing, marks: bytes | None, account: str) -> bool:
    """Whether the account is among the authors; of what an earlier version of this program wrote nobody is."""
    if not marks:
        return False
    mark = _mark(ring, marks[:SIZE], account)
    return any(marks[at : at + SIZE] == mark for at in range(SIZE, len(marks), SIZE))


def _mark(ring: KeyRing, salt: bytes, account: str) -> bytes:
    return ring.blind_token(PURPOSE, f"{salt.hex()} {account}")[:SIZE]
