"""Schema `anonymizer`: protected weeks and months, no table without its proof nor a proof without its evidence; fact blocks;
what was asked to be protected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = [
    "AskedPeriodRow",
    "BlockKeyRow",
    "EvidenceRow",
    "FactBlockRow",
    "FactColumnRow",
    "ProofRow",
    "SearchPieceRow",
    "TableRow",
]


class EvidenceRow(Base):
    """What a period's proof rests on, and what was counted; sealed under a key of its own: release may not read it."""

    __tablename__ = "sealed_evidence"
    __table_args__ = (UniqueConstraint("operation", "period"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    period: Mapped[str]
    key_version: Mapped[int]
    key_sealed: Mapped[bytes]
    key_commitment: Mapped[bytes]
    content: Mapped[bytes]


class ProofRow(Base):
    """A week or month that was proven safe. `seal` is keyed: it fits these tables, this policy and this period only."""

    __tablename__ = "proof"
    __table_args__ = (
        ForeignKeyConstraint(
            ["operation", "period"], ["anonymizer.sealed_evidence.operation", "anonymizer.sealed_evidence.period"]
        ),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seal: Mapped[bytes]
    proven_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TableRow(Base):
    """A protected table: its hierarchies, and its cells in the order of their codes (null where suppressed)."""

    __tablename__ = "protected_table"
    __table_args__ = (
        ForeignKeyConstraint(["operation", "period"], ["anonymizer.proof.operation", "anonymizer.proof.period"]),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    dimensions: Mapped[list[Any]] = mapped_column(JSONB)
    cells: Mapped[list[int | None]] = mapped_column(JSONB)


class FactBlockRow(Base):
    """Some of a week's coarse facts. It holds no ids; `sources` is a digest of the records that it was built from."""

    __tablename__ = "fact_block"
    __table_args__ = (UniqueConstraint("operation", "unit", "week", "position"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    unit: Mapped[str]
    week: Mapped[str]
    position: Mapped[int]
    rows: Mapped[int]
    sources: Mapped[bytes]
    built_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FactColumnRow(Base):
    """One variable of a block, sealed under the block's key."""

    __tablename__ = "fact_column"
    __table_args__ = {"schema": "anonymizer"}

    block: Mapped[UUID] = mapped_column(ForeignKey("anonymizer.fact_block.id", ondelete="CASCADE"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    content: Mapped[bytes]


class BlockKeyRow(Base):
    """The wrapped key of a block, kept apart from it as the keys of records are."""

    __tablename__ = "block_key"
    __table_args__ = {"schema": "anonymizer"}

    block: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    key_version: Mapped[int]
    sealed: Mapped[bytes]
    commitment: Mapped[bytes]


class AskedPeriodRow(Base):
    """A period that an officer asked to have protected: how many goals of its search are met, and why it failed, as a code."""

    __tablename__ = "asked_period"
    __table_args__ = (UniqueConstraint("operation", "period"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    period: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    met: Mapped[int] = mapped_column(default=0)
    goals: Mapped[int] = mapped_column(default=0)
    failed: Mapped[str] = mapped_column(default="")


class SearchPieceRow(Base):
    """A piece of a search that is under way, sealed; gone when the search is over."""

    __tablename__ = "search_piece"
    __table_args__ = {"schema": "anonymizer"}

    asked: Mapped[UUID] = mapped_column(ForeignKey("anonymizer.asked_period.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[str]
    content: Mapped[bytes]
