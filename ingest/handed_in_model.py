"""Files that are handed in on screen to be imported (schema `ingest`): sealed from the moment that they come."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["HandedInRow", "HandedInShape", "HandedInState"]


class HandedInShape(StrEnum):
    """How a file is read."""

    MAPPED = "mapped"  # by a mapping, or as a phone wrote it
    HTCDS = "htcds"  # by the names of that standard, on two people's will


class HandedInState(StrEnum):
    """How far a file is."""

    WAITING = "waiting"  # for somebody to look its mapping through and to try it
    TRYING = "trying"
    TRIED = "tried"
    TAKING_IN = "taking_in"
    TAKEN_IN = "taken_in"


class HandedInRow(Base):
    """A file with what was said about it. All three are sealed under a record key, each bound to whose it is and for what:
    `content`, which is gone once it is taken in; `said`, its name and mapping; `told`, what became of its records.

    `records` counts those that were gone through so far, `aside` those of them that need somebody's eye.
    """

    __tablename__ = "handed_in"
    __table_args__ = (
        CheckConstraint("shape IN ('mapped', 'htcds')", name="shape"),
        CheckConstraint("state IN ('waiting', 'trying', 'tried', 'taking_in', 'taken_in')", name="state"),
        Index("ix_handed_in_operation_at", "operation", "at", "id"),
        {"schema": "ingest"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    custody: Mapped[str]  # whose records its records become
    form_id: Mapped[str]
    shape: Mapped[str] = mapped_column(server_default=HandedInShape.MAPPED.value)
    handed_in_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str]
    records: Mapped[int] = mapped_column(server_default="0")
    aside: Mapped[int] = mapped_column(server_default="0")
    said: Mapped[bytes] = mapped_column(deferred=True)  # lists need none of the three
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    told: Mapped[bytes | None] = mapped_column(deferred=True)
