"""What a phone is owed for a post: what became of it."""

from dataclasses import dataclass
from uuid import UUID

from ingest.errors import Outcome

__all__ = ["Receipt"]


@dataclass(frozen=True)
class Receipt:
    """What became of a post; `complete` once every file that the answers name has come.

    `to_open`: they are encrypted, complete, and to be opened now (`ingest.open_encrypted`), which says what they are.
    """

    outcome: Outcome
    submission_id: UUID | None
    complete: bool
    to_open: bool = False
