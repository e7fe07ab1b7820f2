"""The people around a person: relationships between two persons, and what is decided for a child.

In clear stand ids, who noted something and when, and one flag: that a child is alone, because lists of such children are
needed. All that was said is sealed under the keys of those whom it is about.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["BestInterestStep", "ChildCare", "Relationship"]


class Relationship(Base):
    """That two persons belong to each other. `said` is sealed under the keys of both, one within the other: it opens for
    whoever holds both, and for nobody once either of the two is erased."""

    __tablename__ = "relationship"
    __table_args__ = (
        CheckConstraint("person <> other", name="two_persons"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    other: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    said: Mapped[bytes]
    noted_by: Mapped[str]
    noted_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class ChildCare(Base):
    """Who a child is with, as it was decided on one day. Rows are added and never changed; the newest counts.

    `alone`: unaccompanied or separated. Which of the two, who decided it and why is sealed under the child's key.
    """

    __tablename__ = "child_care"
    __table_args__ = (
        Index("ix_child_care_alone", "operation", "person", postgresql_where=text("alone")),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    said: Mapped[bytes]
    alone: Mapped[bool]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class BestInterestStep(Base):
    """A step taken in a child's best interests: planned, and once it is done what came of it, sealed under the child's key."""

    __tablename__ = "best_interest_step"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (outcome IS NULL)", name="done"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    planned: Mapped[bytes]
    outcome: Mapped[bytes | None]
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
