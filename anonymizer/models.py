"""The tables of protected weeks (schema `anonymizer`): no table without its proof, no proof without its evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["EvidenceRow", "ProofRow", "TableRow"]


class EvidenceRow(Base):
    """What a week's proof rests on, sealed under a key of its own: release may not read it."""

    __tablename__ = "sealed_evidence"
    __table_args__ = (UniqueConstraint("operation", "week"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    week: Mapped[str]
    key_version: Mapped[int]
    key_sealed: Mapped[bytes]
    key_commitment: Mapped[bytes]
    content: Mapped[bytes]


class ProofRow(Base):
    """A week that was proven safe. `seal` is keyed: it fits these tables, this policy and this week only."""

    __tablename__ = "proof"
    __table_args__ = (
        ForeignKeyConstraint(
            ["operation", "week"], ["anonymizer.sealed_evidence.operation", "anonymizer.sealed_evidence.week"]
        ),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seal: Mapped[bytes]
    proven_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TableRow(Base):
    """A protected table: its hierarchies, and its cells in the order of their codes (null where suppressed)."""

    __tablename__ = "protected_table"
    __table_args__ = (
        ForeignKeyConstraint(["operation", "week"], ["anonymizer.proof.operation", "anonymizer.proof.week"]),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    dimensions: Mapped[list[Any]] = mapped_column(JSONB)
    cells: Mapped[list[int | None]] = mapped_column(JSONB)
