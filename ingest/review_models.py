"""What is thought of a submission (schema `ingest`): what checks found in it, and what a supervisor decided about it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["BackCheckRow", "FindingRow", "QualityPlanRow", "Review", "ReviewState"]


class ReviewState(StrEnum):
    """What was decided about a submission; about one without a decision nothing was, and it is `RECEIVED`."""

    RECEIVED = "received"
    ON_HOLD = "on_hold"
    APPROVED = "approved"
    REJECTED = "rejected"


class Review(Base):
    """One decision about a submission. None is changed: the latest about any version of an answer holds for the answer.

    `number` counts the decisions about one submission from 1. `comment`, to whoever sent it, is sealed under the submission's
    key together with all that the row says, also where it is empty.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("submission", "number"),
        CheckConstraint("state IN ('received', 'on_hold', 'approved', 'rejected')", name="state"),
        Index("ix_review_operation_decided_at", "operation", "decided_at"),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    submission: Mapped[UUID] = mapped_column(ForeignKey("ingest.submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    custody: Mapped[str]  # the submission's
    comment: Mapped[bytes]


class FindingRow(Base):
    """What a check found in the answer to a question of a submission; `detail`, which may hold answers, is sealed under the
    submission's key."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("submission", "check", "question"), {"schema": "ingest"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    submission: Mapped[UUID] = mapped_column(ForeignKey("ingest.submission.id", ondelete="CASCADE"))
    check: Mapped[str]
    question: Mapped[str]  # as the form calls it; empty where all answers are meant
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    custody: Mapped[str]  # the submission's
    detail: Mapped[bytes]


class QualityPlanRow(Base):
    """An edition of what is looked for in the answers to a form (TOML). Rows are added and never changed."""

    __tablename__ = "quality_plan"
    __table_args__ = {"schema": "ingest"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    form_id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BackCheckRow(Base):
    """A submission that was drawn to be checked by a second interview, known in the field by its `code`.

    `outcome` is none while nobody has been there; `again` is the second interview, which counts in no table.
    """

    __tablename__ = "back_check"
    __table_args__ = (
        UniqueConstraint("submission"),
        UniqueConstraint("operation", "code"),
        CheckConstraint("outcome IN ('met', 'not_met', 'never_interviewed')", name="outcome"),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    submission: Mapped[UUID] = mapped_column(ForeignKey("ingest.submission.id", ondelete="CASCADE"))
    form_id: Mapped[str]
    code: Mapped[str]
    custody: Mapped[str]  # the submission's
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None]
    again: Mapped[UUID | None] = mapped_column(ForeignKey("ingest.submission.id", ondelete="SET NULL"))
    told_by: Mapped[str | None]
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
