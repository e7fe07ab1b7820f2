"""A step of a case as it is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casework.case_file_models import Act, EntryKind

__all__ = ["SealedStep"]


@dataclass(frozen=True)
class SealedStep:
    """One step as it was written. `fields` are those that it set; `state`, `due`, `assignee` and `marks` are the entry's after
    it (`author_marks`, while it waits for somebody else)."""

    id: UUID
    number: int
    entry: UUID
    kind: EntryKind
    act: Act
    state: str
    by: str
    at: datetime
    due: date | None = None
    assignee: str | None = None
    marks: bytes | None = field(default=None, repr=False)
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
