"""The tables of finding that records are of one person: links, pairs that await review, exchanges of tokens with partners."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["CandidateState", "DuplicateCandidate", "MatchRow", "MatchRun", "Merge", "Similarity"]


class Merge(Base):
    """Two persons found to be one: `merged` answers for nobody of its own until the link is undone.

    A link and no more: both records stay where they are, under their own keys.
    """

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("survivor <> merged", name="two_persons"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("uq_merge_merged", "merged", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("ix_merge_survivor", "survivor"),
        Index("ix_merge_merged", "merged"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    survivor: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"))
    merged: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"))
    shown_first: Mapped[list[str]] = mapped_column(ARRAY(String))  # questions whose answer in `merged` was chosen
    former_custody: Mapped[str]  # of `merged`, for the time after an undo
    merged_by: Mapped[str]
    merged_at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class Similarity(StrEnum):
    """How much two records are alike, in bands: the weight itself would tell which answers agree."""

    POSSIBLE = "possible"
    LIKELY = "likely"


class CandidateState(StrEnum):
    """What was decided on a pair. That two persons were merged is not here but in the link between them."""

    OPEN = "open"
    DIFFERENT = "different"


class DuplicateCandidate(Base):
    """Two records that may be of one person. What makes them alike is not kept: whoever reviews them sees it."""

    __tablename__ = "duplicate_candidate"
    __table_args__ = (
        UniqueConstraint("first", "second"),
        CheckConstraint("first < second", name="one_row_a_pair"),
        CheckConstraint("similarity IN ('possible', 'likely')", name="similarity"),
        CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("state IN ('open', 'different')", name="state"),
        Index("ix_duplicate_candidate_second", "second"),
        Index("ix_duplicate_candidate_open", "operation", "found_at", postgresql_where=text("state = 'open'")),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    first: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"))
    second: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"))
    similarity: Mapped[str]
    state: Mapped[str]
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class MatchRun(Base):
    """One exchange of keyed tokens with a partner. `salt_check` recognises the salt, so that none serves twice."""

    __tablename__ = "match_run"
    __table_args__ = (UniqueConstraint("operation", "salt_check"), {"schema": "casework"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    partner: Mapped[str]
    salt_check: Mapped[bytes]
    purpose: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    compared_at: Mapped[datetime | None]


class MatchRow(Base):
    """Which person a row of an exchange stands for. Gone once the lists have been compared; tokens are never kept."""

    __tablename__ = "match_row"
    __table_args__ = ({"schema": "casework"},)

    run: Mapped[UUID] = mapped_column(ForeignKey("casework.match_run.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
