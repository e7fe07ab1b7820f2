"""The tables of what arrived (schema `ingest`): every content is ciphertext, every look-up goes by a blind token."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    case,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.access import UNASSIGNED
from core.database import Base, Zone
from core.listed import listed

__all__ = [
    "Attachment",
    "AttachmentChunk",
    "CollectorRow",
    "DeployedVersion",
    "ErasedInstance",
    "PulledRow",
    "Quarantine",
    "RecordKeyRow",
    "ReviewToSend",
    "SourceRow",
    "State",
    "Submission",
    "moved_to",
]


class Number(TypeDecorator[int]):
    """A whole number of up to 128 bits, which the database keeps, compares and sorts as a UUID."""

    impl = Uuid
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> UUID | None:  # noqa: ARG002  (its signature)
        return None if value is None else UUID(int=value)

    def process_result_value(self, value: UUID | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (its signature)
        return None if value is None else value.int


class State(StrEnum):
    """Where a submission stands on its way to casework."""

    ENCRYPTED = "encrypted"  # by the phone, and not yet opened and proven whole
    AWAITING = "awaiting"
    HANDLED = "handled"
    SET_ASIDE = "set_aside"


class Submission(Base):
    """An answer as it was received. `instance` and `replaces` are blind tokens of the ids that the phone gave."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("operation", "instance"),
        UniqueConstraint("operation", "replaces"),
        CheckConstraint("state IN ('encrypted', 'awaiting', 'handled', 'set_aside')", name="state"),
        Index("ix_submission_root_id", "root_id"),
        Index("ix_submission_awaiting", "operation", "received_at", postgresql_where=text("state = 'awaiting' AND complete")),
        Index("ix_submission_received", "operation", "received_at", "id"),
        Index("ix_submission_encrypted", "operation", "received_at", postgresql_where=text("state = 'encrypted'")),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    root_id: Mapped[UUID]  # the first of its chain of edits that arrived
    form_id: Mapped[str]
    form_version: Mapped[str]
    instance: Mapped[bytes]
    replaces: Mapped[bytes | None]
    digest: Mapped[bytes]
    answered: Mapped[bytes | None]  # of the answers alone; none where they are encrypted or came before there was one
    collector: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    complete: Mapped[bool]
    state: Mapped[str]
    xml: Mapped[bytes]
    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))  # the collector's, for the records it becomes


def moved_to(state: State) -> ColumnElement[str]:
    """The state of a submission that is moved on: what is not proven whole stays `ENCRYPTED` until it is opened."""
    return case((Submission.state == State.ENCRYPTED, State.ENCRYPTED), else_=state)


class Attachment(Base):
    """A file that came with a submission or with a post in quarantine, under the key of its `owner`. One that came from another
    server has no `content` of its own, but chunks."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("owner", "name", "digest"), {"schema": "ingest"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    owner: Mapped[UUID]  # a submission or a quarantine entry: hence no foreign key
    name: Mapped[bytes]
    digest: Mapped[bytes]
    label: Mapped[bytes]
    content: Mapped[bytes | None]


class AttachmentChunk(Base):
    """A piece of a file's content; whose it is, its file says."""

    __tablename__ = "attachment_chunk"
    __table_args__ = {"schema": "ingest"}

    attachment: Mapped[UUID] = mapped_column(ForeignKey("ingest.attachment.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[str]
    content: Mapped[bytes]


class Quarantine(Base):
    """What could not be admitted, with its reason. Without content it stands for the submission that it names."""

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("operation", "code", "digest"), {"schema": "ingest"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    code: Mapped[str]
    reason: Mapped[str]
    form_id: Mapped[str | None]
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("ingest.submission.id"))
    collector: Mapped[str]
    digest: Mapped[bytes]
    size: Mapped[int]
    content: Mapped[bytes | None]
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecordKeyRow(Base):
    """The wrapped key of a submission or quarantine entry, in a table of its own so that it can be destroyed and
    backed up apart from what it opens."""

    __tablename__ = "record_key"
    __table_args__ = {"schema": "ingest"}

    record: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    version: Mapped[int]
    sealed: Mapped[bytes]
    commitment: Mapped[bytes]


@listed(Zone.COLLECTION, by="operation")
class CollectorRow(Base):
    """Someone who may send answers: a device or a team, known by the SHA-256 of its token."""

    __tablename__ = "collector"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        CheckConstraint("carries <@ ARRAY['identity', 'contact', 'facts']::varchar[]", name="carries"),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    name: Mapped[str]
    token_sha256: Mapped[bytes]
    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))  # whose records its submissions become
    forms: Mapped[list[str] | None] = mapped_column(ARRAY(String))  # the only ones that it is offered; none: all of them
    carries: Mapped[list[str] | None] = mapped_column(ARRAY(String))  # parts of its cases beside references; none: no cases
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ErasedInstance(Base):
    """The tombstone of an erased answer: the blind token of the phone's own id for it, so that it is not taken in again."""

    __tablename__ = "tombstone"
    __table_args__ = {"schema": "ingest"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    instance: Mapped[bytes] = mapped_column(primary_key=True)
    erased_on: Mapped[date]


@listed(Zone.COLLECTION, by="operation", but={"token", "position", "changed_to", "pulled_at", "failed"})
class SourceRow(Base):
    """A form on a server that is pulled. `position` is the highest record number taken in or, where the server lists by
    moments, the latest moment (milliseconds since 1970), and `changed_to` that of the changes; what the server asks for is
    sealed under a record key of its own, and the zone that pulls cannot read it. `pulled_at` is when the last round ended, and
    `failed` the code of the problem that ended it, if one did. One that was removed keeps its row: its records are known again
    should it be added once more."""

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("operation", "address", "asset"),
        UniqueConstraint("id", "operation"),  # what pulled records belong to
        CheckConstraint("kind IN ('kobotoolbox', 'odk-central')", name="kind"),
        CheckConstraint("custody ~ '^[0-9A-Za-z-]+(/[0-9A-Za-z-]+){3}$'", name="custody"),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    kind: Mapped[str]
    address: Mapped[str]
    asset: Mapped[str]
    form_id: Mapped[str]
    token: Mapped[bytes] = mapped_column(deferred=True)  # the collection zone has no right to read it
    position: Mapped[int] = mapped_column(BigInteger)
    changed_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    custody: Mapped[str] = mapped_column(server_default=str(UNASSIGNED))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    pulled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failed: Mapped[str] = mapped_column(server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SourceActRow(Base):
    """The newest thing that was done with a source's server on screen; `failed` is the code of the problem that ended it."""

    __tablename__ = "source_act"
    __table_args__ = {"schema": "ingest"}

    source: Mapped[UUID] = mapped_column(ForeignKey("ingest.source.id"), primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    act: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failed: Mapped[str] = mapped_column(server_default="")


class PulledRow(Base):
    """A record of a source by its number: the server's, or one of ours where the server numbers none.

    `version` is the blind token of the version last taken in. Without a submission it lies in quarantine, and each sweep tries
    it again. `moment`: when it came to the server (milliseconds since 1970), where the server lists by that. `deleted_at`: when
    it was missed on the server.
    """

    __tablename__ = "pulled"
    __table_args__ = (
        ForeignKeyConstraint(["source", "operation"], ["ingest.source.id", "ingest.source.operation"]),
        Index("ix_pulled_submission", "submission"),
        {"schema": "ingest"},
    )

    source: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    operation: Mapped[str]  # its source's
    version: Mapped[bytes]
    submission: Mapped[UUID | None] = mapped_column(ForeignKey("ingest.submission.id"))
    validation: Mapped[str | None]
    moment: Mapped[int | None] = mapped_column(BigInteger)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReviewToSend(Base):
    """The state that a review here gave to a record, until its server has been told. `failed`: why the last attempt did not
    succeed, as the code of a problem."""

    __tablename__ = "review_to_send"
    __table_args__ = (
        ForeignKeyConstraint(["source", "number"], ["ingest.pulled.source", "ingest.pulled.number"], ondelete="CASCADE"),
        CheckConstraint("state IN ('received', 'on_hold', 'approved', 'rejected')", name="state"),
        {"schema": "ingest"},
    )

    source: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    state: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    failed: Mapped[str] = mapped_column(server_default="")


class DeployedVersion(Base):
    """What a server calls a version of a source's form that was deployed there from here."""

    __tablename__ = "deployed_version"
    __table_args__ = {"schema": "ingest"}

    source: Mapped[UUID] = mapped_column(ForeignKey("ingest.source.id"), primary_key=True)
    version_there: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    version: Mapped[str]
    deployed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
