"""What can be erased: written as the audit log and the proposals write it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casework.errors import SubjectUnclear

__all__ = ["ErasureKind", "Subject"]


class ErasureKind(StrEnum):
    """The kinds of record, each named for its table."""

    PERSON = "casework.person"
    REPORT = "casework.movement_event"
    SUBMISSION = "ingest.submission"
    QUARANTINE = "ingest.quarantine"


@dataclass(frozen=True)
class Subject:
    """One record that is to be erased, written `casework.person:<id>`."""

    kind: ErasureKind
    record: UUID

    @classmethod
    def parse(cls, written: str) -> "Subject":
        """Read `kind:id`; an id alone means a person. Raises `SubjectUnclear`."""
        kind, _, record = written.rpartition(":")
        try:
            return cls(ErasureKind(kind or ErasureKind.PERSON), UUID(record))
        except ValueError:
            raise SubjectUnclear(kinds=", ".join(ErasureKind)) from None

    def __str__(self) -> str:
        return f"{self.kind}:{self.record}"
