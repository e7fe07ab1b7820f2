"""Schema `anonymizer`: protected periods, no table without its proof nor a proof without its evidence; fact blocks; what was
asked to be protected."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from anonymizer.population import Population
from core.database import Base, Zone
from core.listed import listed
from core.models import ProposalRow

__all__ = [
    "AskedPeriodRow",
    "BlockKeyRow",
    "EvidenceRow",
    "FactBlockRow",
    "FactColumnRow",
    "MethodRow",
    "ProofRow",
    "PublicationRow",
    "RegisterRow",
    "SearchPieceRow",
    "TableRow",
    "TrialRow",
]

NAMED: Final = ["operation", "population", "period"]


class EvidenceRow(Base):
    """What a period's proof rests on, and what was counted; sealed under a key of its own: release may not read it."""

    __tablename__ = "sealed_evidence"
    __table_args__ = (UniqueConstraint("operation", "population", "period"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    population: Mapped[str] = mapped_column(server_default=Population.MOVEMENTS.value)
    period: Mapped[str]
    key_version: Mapped[int]
    key_sealed: Mapped[bytes]
    key_commitment: Mapped[bytes]
    content: Mapped[bytes]


class ProofRow(Base):
    """A period that was proven safe. `seal` is keyed: it fits these tables, this policy and this period only."""

    __tablename__ = "proof"
    __table_args__ = (
        ForeignKeyConstraint(NAMED, [f"anonymizer.sealed_evidence.{column}" for column in NAMED]),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[str] = mapped_column(primary_key=True, server_default=Population.MOVEMENTS.value)
    period: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    elsewhere: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    seal: Mapped[bytes]
    proven_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TableRow(Base):
    """A protected table: its hierarchies, and its cells in the order of their codes (null where suppressed)."""

    __tablename__ = "protected_table"
    __table_args__ = (
        ForeignKeyConstraint(NAMED, [f"anonymizer.proof.{column}" for column in NAMED]),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[str] = mapped_column(primary_key=True, server_default=Population.MOVEMENTS.value)
    period: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    dimensions: Mapped[list[Any]] = mapped_column(JSONB)
    cells: Mapped[list[int | None]] = mapped_column(JSONB)


@listed(Zone.ANONYMIZER, by="operation")
class PublicationRow(Base):
    """Totals that others publish of a period, as one version says them. The newest that was put in force holds."""

    __tablename__ = "outside_publication"
    __table_args__ = (
        UniqueConstraint("operation", "period", "publisher", "title", "version"),
        CheckConstraint("approved_by <> proposed_by", name="second_person"),
        {"schema": "anonymizer"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    period: Mapped[str]
    publisher: Mapped[str]
    title: Mapped[str]
    published_on: Mapped[date]
    version: Mapped[int]
    content: Mapped[str]
    sha256: Mapped[str]
    proposal: Mapped[UUID] = mapped_column(ForeignKey(ProposalRow.id), unique=True)
    proposed_by: Mapped[str]
    approved_by: Mapped[str | None]
    activated_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]


class RegisterRow(Base):
    """A line of an operation's register of methods, chained by its hash; added, and never changed."""

    __tablename__ = "register_line"
    __table_args__ = (
        Index("one_budget", "operation", text("(says ->> 'data_set')"), unique=True, postgresql_where=text("kind = 'budget'")),
        {"schema": "anonymizer"},
    )

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    kind: Mapped[str]
    says: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hash: Mapped[str]


class MethodRow(Base):
    """By which method a variable of some people left in a period. Written by a trigger, which refuses a second method."""

    __tablename__ = "method_used"
    __table_args__ = {"schema": "anonymizer"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    data_set: Mapped[str] = mapped_column(primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str]


class TrialRow(Base):
    """What a period would lose under other rules or coarser codes: what was asked, the outcomes so far, and how far the next
    is. One of each population of a period."""

    __tablename__ = "trial"
    __table_args__ = (UniqueConstraint("operation", "population", "period"), {"schema": "anonymizer"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    population: Mapped[str] = mapped_column(server_default=Population.MOVEMENTS.value)
    period: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    choices: Mapped[list[Any]] = mapped_column(JSONB)
    outcomes: Mapped[list[Any]] = mapped_column(JSONB)
    hundredths: Mapped[int] = mapped_column(server_default="0")


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


class KeptAsideRow(Base):
    """Of a protected week, a population that is not: `code` says what refused it, empty where nothing has tried yet."""

    __tablename__ = "kept_aside"
    __table_args__ = {"schema": "anonymizer"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(default="")


class SearchPieceRow(Base):
    """A piece of a search that is under way, sealed; gone when the search is over."""

    __tablename__ = "search_piece"
    __table_args__ = {"schema": "anonymizer"}

    asked: Mapped[UUID] = mapped_column(ForeignKey("anonymizer.asked_period.id", ondelete="CASCADE"), primary_key=True)
    search: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[str]
    content: Mapped[bytes]
