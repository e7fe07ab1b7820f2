"""The values of a subject access pack: everything held on a person, without what belongs to others."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.consent.record_consent import ConsentVersion
from ingest import UploadedFile

__all__ = ["AccessPack", "HeldAnswer", "HeldSection", "SharedWith", "UseOfRecord"]


@dataclass(frozen=True)
class HeldAnswer:
    """A question in the person's language and what is held as its answer; None where it may speak of others."""

    name: str
    question: str
    answer: str | None = field(repr=False)


@dataclass(frozen=True)
class HeldSection:
    """What one record holds: `kind` is `person`, `screening` or `assistance`, or something of the people around them, which has
    a `title`; `until` is set where it was changed since."""

    kind: str
    form: str
    answers: tuple[HeldAnswer, ...]
    received_at: datetime | None = None
    until: datetime | None = None
    changed_because: str = field(default="", repr=False)
    title: str = ""


@dataclass(frozen=True)
class UseOfRecord:
    """One line of the audit log: what was done with the record, by which roles, for which purpose. Nobody is named."""

    at: datetime
    action: str
    roles: tuple[str, ...]
    purpose: str


@dataclass(frozen=True)
class SharedWith:
    """Somebody beyond reach to whom the record was opened: an organisation that consent names, or `-` for one of ours."""

    recipient: str
    kind: str
    parts: tuple[str, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True)
class AccessPack:
    """Everything held on one person. `others` are the members of the household who are left out."""

    person: UUID
    language: str
    made_at: datetime
    sections: tuple[HeldSection, ...]
    consents: tuple[ConsentVersion, ...]
    restrictions: tuple[tuple[datetime, datetime | None, str, str], ...]  # since, until, purpose, reason
    shared: tuple[SharedWith, ...]
    uses: tuple[UseOfRecord, ...]
    files: tuple[UploadedFile, ...]
    others: int
