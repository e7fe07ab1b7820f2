"""The released tables as the world may read them (schema `statistics`): plain, and nothing else beside them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["DimensionCodeRow", "ReleaseRow", "ReleasedCellRow"]


class ReleaseRow(Base):
    """One release of one operation's week, month or year; `sha256` is that of its checksum file."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("operation", "period"), {"schema": "statistics"})

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    operation: Mapped[str]
    operation_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    period: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sha256: Mapped[str]
    policy: Mapped[dict[str, Any]] = mapped_column(JSONB)


class DimensionCodeRow(Base):
    """A code of a dimension in a release, with the code it is part of and its names by language."""

    __tablename__ = "dimension_code"
    __table_args__ = {"schema": "statistics"}

    release: Mapped[int] = mapped_column(ForeignKey("statistics.release.number"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)


class ReleasedCellRow(Base):
    """A cell of a released table under its codes; without a `number`, and with `conf_status` C, where suppressed.

    `unit` says what is counted: `persons`, `households` or `events`. Numbers of different units are never added.
    """

    __tablename__ = "released_cell"
    __table_args__ = {"schema": "statistics"}

    release: Mapped[int] = mapped_column(ForeignKey("statistics.release.number"), primary_key=True)
    table: Mapped[str] = mapped_column("table_name", primary_key=True)
    codes: Mapped[list[str]] = mapped_column(ARRAY(String), primary_key=True)
    number: Mapped[int | None]
    conf_status: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="persons")
