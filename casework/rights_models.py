"""What is kept beside a person's record for their rights: consent, restriction, history, requests, holds, certificates."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = [
    "OF_REVIEW",
    "OURS",
    "Consent",
    "ErasureCertificate",
    "FormerVersion",
    "Hold",
    "Restriction",
    "RightsRequest",
    "Tombstone",
]

OF_REVIEW: Final = "review"  # why a report is restricted that a supervisor holds back or rejected: another decision ends it
OURS: Final = "-"  # as recipient of a consent or restriction: the operation's own organisation, and nobody named


class _OfPerson(Base):
    """Something kept about a person beside their record; erased with them."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]


class Consent(_OfPerson):
    """What was said about one purpose and recipient, or the legal basis without it. Rows are added and never changed.

    `details` (guardian, evidence, remark) are sealed under the person's key. The newest `version` counts.
    """

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("person", "purpose", "recipient", "version"),
        CheckConstraint("state IN ('given', 'refused', 'withdrawn', 'not_asked')", name="state"),
        CheckConstraint("given_by IN ('self', 'guardian', 'household', 'nobody')", name="given_by"),
        {"schema": "casework"},
    )

    purpose: Mapped[str]
    recipient: Mapped[str] = mapped_column(server_default=OURS)
    version: Mapped[int]
    state: Mapped[str]
    basis: Mapped[str]
    given_by: Mapped[str]
    text_version: Mapped[str]
    language: Mapped[str]
    said_at: Mapped[datetime]
    said_to: Mapped[str]
    valid_until: Mapped[datetime | None]
    details: Mapped[bytes]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Restriction(Base):
    """A purpose (`*` for all) for which a record must not be used, from `since` on. Those with a `consent` follow from it."""

    __tablename__ = "restriction"
    __table_args__ = (
        CheckConstraint("(person IS NULL) <> (movement_event IS NULL)", name="one_record"),
        Index("ix_restriction_whole_since", "operation", "since", postgresql_where=text("purpose = '*'")),
        Index("ix_restriction_whole_until", "operation", "until", postgresql_where=text("purpose = '*'")),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID | None] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    movement_event: Mapped[UUID | None] = mapped_column(
        ForeignKey("casework.movement_event.id", ondelete="CASCADE"), index=True
    )
    consent: Mapped[UUID | None] = mapped_column(ForeignKey("casework.consent.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    purpose: Mapped[str]
    recipient: Mapped[str] = mapped_column(server_default=OURS)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    set_by: Mapped[str]
    ended_by: Mapped[str | None]


class FormerVersion(_OfPerson):
    """A record as it stood before a correction: its ciphertexts as they were, still bound to their row version."""

    __tablename__ = "former_version"
    __table_args__ = (UniqueConstraint("record", "row_version"), {"schema": "casework"})

    of: Mapped[str]  # the table
    record: Mapped[UUID]
    row_version: Mapped[int]
    identity: Mapped[bytes]
    contact: Mapped[bytes]
    narrative: Mapped[bytes]
    facts: Mapped[bytes]
    reason: Mapped[bytes]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class RightsRequest(_OfPerson):
    """Something that a person asked for by right, and the day by which they must have an answer."""

    __tablename__ = "rights_request"
    __table_args__ = {"schema": "casework"}

    kind: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    outcome: Mapped[str | None]


class Hold(Base):
    """A legal hold: while it stands nothing of the person is erased. `reason` is sealed under the person's key."""

    __tablename__ = "hold"
    __table_args__ = {"schema": "casework"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    reason: Mapped[bytes]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]


class ErasureCertificate(Base):
    """What an erasure took away, as it was signed. Holds random ids and counts only."""

    __tablename__ = "erasure_certificate"
    __table_args__ = {"schema": "casework"}

    proposal: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    subject: Mapped[str]
    issued_at: Mapped[datetime]
    content: Mapped[bytes]
    signature: Mapped[bytes]


class Tombstone(Base):
    """That a record was erased, when, and by which proposal. Applied again when an older backup is restored."""

    __tablename__ = "tombstone"
    __table_args__ = {"schema": "casework"}

    record: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    kind: Mapped[str]
    proposal: Mapped[UUID]
    erased_at: Mapped[datetime]
