"""The personal-data store (schema `casework`): persons, households, cases, interviews, movement reports and their keys.

In clear stand only random ids, the operation, state codes, the week of an arrival and moments of processing.
What anybody said lies in four ciphertexts per record, one for each `forms.RecordPart`.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Computed, DateTime, ForeignKey, Index, String, false, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from core.access import UNASSIGNED
from core.clock import now
from core.database import Base

__all__ = [
    "Case",
    "CaseState",
    "FileChunk",
    "FileRow",
    "Household",
    "HouseholdMember",
    "HouseholdRole",
    "Interview",
    "InterviewKind",
    "KeptFrom",
    "KeptListRow",
    "KeyKind",
    "MovementEvent",
    "Opening",
    "OpeningKind",
    "Person",
    "ScreeningOutcome",
    "SealedRecord",
    "SearchAllowance",
    "StoredKey",
    "SubmittedRecord",
    "Thumbnail",
    "Token",
    "TokenKind",
]


class HouseholdRole(StrEnum):
    """How somebody came to a household: the first two were told of in its screening."""

    INTERVIEWED = "interviewed"
    MEMBER = "member"
    JOINED = "joined"


class InterviewKind(StrEnum):
    SCREENING = "screening"
    ASSISTANCE = "assistance"


class ScreeningOutcome(StrEnum):
    """Whether the person is a victim of trafficking (HTCDS `vic_TraffickingStatus`)."""

    POSSIBLE = "possible"
    ACTUAL = "actual"
    NOT = "not"


class CaseState(StrEnum):
    """Where a case stands: the first two from its screening, the others from assistance (HTCDS `cas_Status`)."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    ACTIVE = "active"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    CLOSED_REFERRED = "closed_referred"


class KeyKind(StrEnum):
    """What a record key opens. The facts of a movement have their own, so that counting them reveals no reporter."""

    PERSON = "person"
    MOVEMENT = "movement"
    MOVEMENT_FACTS = "movement_facts"


class TokenKind(StrEnum):
    """The exact values by which a person is found again, and a case."""

    CASE_REFERENCE = "case_reference"  # stands with the case
    PHONE = "phone"
    NAME = "name"  # given and family name and year of birth, together: `casework.name_tokens`


class SealedRecord(Base):
    """A record whose contents are encrypted; `row_version` is bound into each ciphertext."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    row_version: Mapped[int]
    identity: Mapped[bytes]
    contact: Mapped[bytes]
    narrative: Mapped[bytes]
    facts: Mapped[bytes]


class SubmittedRecord(SealedRecord):
    """A record made of one submission: of its chain of edits, and of the version `submission` of that chain."""

    __abstract__ = True

    chain: Mapped[UUID] = mapped_column(unique=True)
    submission: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    admitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Person(SealedRecord):
    """One human being: the person interviewed or a member of their household."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "operation", "custody"), {"schema": "casework"})

    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))  # `core.access.Custody`: whose record it is


class OpeningKind(StrEnum):
    """Why a record is open to an account beyond its reach."""

    SHARED = "shared"
    BROKEN_GLASS = "broken_glass"


class Opening(Base):
    """One person's record opened to one account until a moment; `reason` is sealed under the person's key."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("kind IN ('shared', 'broken_glass')", name="kind"),
        CheckConstraint("reviewed_by <> actor", name="second_person"),
        Index("ix_opening_actor", "actor", "person"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    custody: Mapped[str]
    actor: Mapped[str]
    recipient: Mapped[str] = mapped_column(server_default="-")  # the organisation or account that the consent names
    kind: Mapped[str]
    parts: Mapped[list[str]] = mapped_column(ARRAY(String))
    reason: Mapped[bytes]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    justified: Mapped[bool | None]


class KeptFrom(Base):
    """A part of a person's record that an account is kept from, whatever its role."""

    __tablename__ = "kept_from"
    __table_args__ = {"schema": "casework"}

    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class Household(Base):
    """Those who were counted together in one screening interview."""

    __tablename__ = "household"
    __table_args__ = {"schema": "casework"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]


class HouseholdMember(Base):
    """Somebody of a household. Who leaves stays on it as one who left: the screening still speaks of them."""

    __tablename__ = "household_member"
    __table_args__ = (
        CheckConstraint("(left_at IS NULL) = (left_by IS NULL) AND NOT (head AND left_at IS NOT NULL)", name="left"),
        Index("uq_household_member_head", "household", unique=True, postgresql_where=text("head")),
        {"schema": "casework"},
    )

    household: Mapped[UUID] = mapped_column(ForeignKey("casework.household.id"), primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id"), primary_key=True, index=True)
    operation: Mapped[str]
    role: Mapped[str]
    head: Mapped[bool] = mapped_column(server_default=false())
    joined_by: Mapped[str | None]
    joined_at: Mapped[datetime | None]
    left_by: Mapped[str | None]
    left_at: Mapped[datetime | None]


class Case(Base):
    """What is being done for one person. `reference` is the blind token of the reference that it is known under.

    `custody` is the person's: the database keeps it so, whatever is written, for lists and their walls.
    """

    __tablename__ = "case"
    __table_args__ = (
        # Two cases under one reference would mix two people's interviews.
        Index("uq_case_operation_reference", "operation", "reference", unique=True),
        Index(None, "operation", "active_at", "id"),
        Index(None, "operation", "team", "active_at"),
        Index(None, "operation", "worker", "active_at"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id"), index=True)
    household: Mapped[UUID] = mapped_column(ForeignKey("casework.household.id"), index=True)
    state: Mapped[str]
    screening_outcome: Mapped[str]
    row_version: Mapped[int] = mapped_column()
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reference: Mapped[bytes]
    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))
    organisation: Mapped[str] = mapped_column(Computed("split_part(custody, '/', 1)", persisted=True))
    area: Mapped[str] = mapped_column(Computed("split_part(custody, '/', 2)", persisted=True))
    team: Mapped[str] = mapped_column(Computed("split_part(custody, '/', 3)", persisted=True))
    worker: Mapped[str] = mapped_column(Computed("split_part(custody, '/', 4)", persisted=True))
    # When something was last done on it: each writing through the mapper counts.
    active_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, onupdate=now, server_default=func.now())

    __mapper_args__ = {"version_id_col": row_version}

    def count_change(self) -> None:
        """Let `row_version` grow with the next flush though no column changes: something that is told of the case did."""
        flag_modified(self, "state")


class Interview(SubmittedRecord):
    """One interview of a case, sealed under the key of its person.

    What a screening says is kept with the persons it speaks of; its own ciphertexts are empty.
    """

    __tablename__ = "interview"
    __table_args__ = (Index(None, "operation", "week"), {"schema": "casework"})

    case: Mapped[UUID] = mapped_column(ForeignKey("casework.case.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str | None]  # where this interview left the case; None when it did not say
    week: Mapped[str | None]  # of its own date, ISO 8601; empty where it says none, None where nobody has looked yet


class FileRow(Base):
    """A photograph, recording or document of one person, sealed under the person's key in chunks of bounded size.

    `label` holds its name, media type and question; `part` says which part of the record it speaks of. A corrected
    interview replaces its files; the former ones stay as history until the person is erased.
    """

    __tablename__ = "file"
    __table_args__ = {"schema": "casework"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    chain: Mapped[UUID | None] = mapped_column(index=True)  # of edits of the submission that it came with
    part: Mapped[str]
    row_version: Mapped[int]
    label: Mapped[bytes]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class FileChunk(Base):
    """A piece of a file's content; its person is its file's."""

    __tablename__ = "file_chunk"
    __table_args__ = {"schema": "casework"}

    file: Mapped[UUID] = mapped_column(ForeignKey("casework.file.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[str]
    content: Mapped[bytes]


class Thumbnail(Base):
    """The small picture of a file, sealed under its person's key; an empty one says that none can be made."""

    __tablename__ = "thumbnail"
    __table_args__ = {"schema": "casework"}

    file: Mapped[UUID] = mapped_column(ForeignKey("casework.file.id", ondelete="CASCADE"), primary_key=True)
    operation: Mapped[str]
    content: Mapped[bytes]


class MovementEvent(SubmittedRecord):
    """One report of an arrival."""

    __tablename__ = "movement_event"
    __table_args__ = (Index(None, "operation", "week"), {"schema": "casework"})

    week: Mapped[str]  # ISO 8601, as `2026-W07`


class StoredKey(Base):
    """A wrapped record key. Kept apart from the records, so that destroying it erases them in every backup."""

    __tablename__ = "record_key"
    __table_args__ = {"schema": "casework"}

    record: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    key_version: Mapped[int]
    sealed: Mapped[bytes]
    commitment: Mapped[bytes]
    versions: Mapped[bytes] = mapped_column(server_default="")  # `casework.kept_key`


class Token(Base):
    """A keyed fingerprint of an exact value, by which its person is found; the value itself is not here."""

    __tablename__ = "token"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(primary_key=True)
    record: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class SearchAllowance(Base):
    """How many free searches an account has left, as of a moment; it fills up again with time."""

    __tablename__ = "search_allowance"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    searches: Mapped[float]
    at: Mapped[datetime]


class KeptListRow(Base):
    """A filter of the list of cases that one account comes back to: names and codes, ids, days. PostgreSQL refuses a letter of
    any other writing, a space, and what is escaped: nothing that anybody said fits in."""

    __tablename__ = "kept_list"
    __table_args__ = (
        CheckConstraint("codes ~ '^[a-z0-9_=&-]*$' AND length(codes) <= 400", name="codes"),
        Index(None, "operation", "actor"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    actor: Mapped[str]
    codes: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
