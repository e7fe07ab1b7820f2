"""Tables of identified exports and of reading in bulk: recipients, plans, the log, what lies to be fetched, and how many
persons an account has read."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Zone
from core.listed import listed
from core.models import ProposalRow

__all__ = [
    "BulkWindow",
    "ExportLog",
    "ExportPlan",
    "ExportRecipient",
    "LeftExport",
    "LeftExportChunk",
    "PersonRead",
    "ReadAllowance",
    "ReportRead",
]

ENDS = "'received', 'over', 'taken_back', 'consent', 'restricted', 'held', 'erased', 'recipient_withdrawn', 'restored'"


@listed(Zone.CASEWORK, by="operation")
class ExportRecipient(Base):
    """Somebody outside whom exports are encrypted for; `code` is the organisation or account that consents name.

    `provider` is set where that is a provider of the programme whose accounts here may fetch what is left for it.
    """

    __tablename__ = "export_recipient"
    __table_args__ = (
        CheckConstraint("confirmed_by <> added_by", name="second_person"),
        CheckConstraint("provider = code", name="provider_is_its_code"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    organisation: Mapped[str]
    public_key: Mapped[str]
    proposal: Mapped[UUID] = mapped_column(ForeignKey(ProposalRow.id), unique=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    provider: Mapped[str | None]


@listed(Zone.CASEWORK, by="operation")
class ExportPlan(Base):
    """What was proposed to leave, exactly; never changed. `persons` holds random ids, also of some erased since."""

    __tablename__ = "export_plan"
    __table_args__ = {"schema": "casework"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    recipient: Mapped[UUID] = mapped_column(ForeignKey(ExportRecipient.id))
    fields: Mapped[list[str]] = mapped_column(ARRAY(String))
    persons: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    purpose: Mapped[str]
    basis: Mapped[str]
    left_out: Mapped[dict[str, Any]] = mapped_column(JSONB)
    proposal: Mapped[UUID] = mapped_column(ForeignKey(ProposalRow.id), unique=True)
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class ExportLog(Base):
    """What left: one line for each export that was carried out. Its id is also its watermark's."""

    __tablename__ = "export_log"
    __table_args__ = {"schema": "casework"}

    export: Mapped[UUID] = mapped_column(ForeignKey(ExportPlan.id), primary_key=True)
    operation: Mapped[str]
    recipient: Mapped[UUID] = mapped_column(ForeignKey(ExportRecipient.id))
    fields: Mapped[list[str]] = mapped_column(ARRAY(String))
    purpose: Mapped[str]
    basis: Mapped[str]
    records: Mapped[int]
    left_out: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str]  # of the encrypted file
    carried_out_by: Mapped[str]
    carried_out_at: Mapped[datetime]


@listed(Zone.CASEWORK, by="operation", but=("until", "fetches", "fetched_at", "ended_at", "ended_by", "ended_why"))
class LeftExport(Base):
    """An export that was left for its recipient to fetch. `persons` went along; of what is listed the database changes nothing.

    Once it ended its chunks are gone. How often it was fetched and how it ended stands here and in the log.
    """

    __tablename__ = "left_export"
    __table_args__ = (
        CheckConstraint(f"ended_why IN ({ENDS})", name="ended_why"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
        Index("ix_left_export_lies", "operation", postgresql_where=text("ended_at IS NULL")),
        {"schema": "casework"},
    )

    export: Mapped[UUID] = mapped_column(ForeignKey(ExportPlan.id), primary_key=True)
    operation: Mapped[str]
    persons: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    of_referral: Mapped[bool]
    size: Mapped[int]  # in bytes, encrypted
    sha256: Mapped[str]  # of the encrypted file
    left_by: Mapped[str]
    left_at: Mapped[datetime]
    until: Mapped[datetime]
    fetches: Mapped[int]
    fetched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_why: Mapped[str | None]


class LeftExportChunk(Base):
    """A piece of the encrypted file, as its recipient gets it: in the age format, which no key of ours opens."""

    __tablename__ = "left_export_chunk"
    __table_args__ = {"schema": "casework"}

    export: Mapped[UUID] = mapped_column(ForeignKey(ExportPlan.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str]
    content: Mapped[bytes]


@listed(Zone.CASEWORK, by="operation")
class BulkWindow(Base):
    """Until when an account may read more persons than the limit, and how many a day."""

    __tablename__ = "bulk_window"
    __table_args__ = {"schema": "casework"}

    proposal: Mapped[UUID] = mapped_column(ForeignKey(ProposalRow.id), primary_key=True)
    operation: Mapped[str]
    actor: Mapped[str]
    persons: Mapped[int]
    until: Mapped[datetime]


class ReadAllowance(Base):
    """How many different persons and reports an account has read on a day; two transactions of it take turns at the row."""

    __tablename__ = "read_allowance"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    persons: Mapped[int]


class PersonRead(Base):
    """The last day on which an account read a person, so that reading one person twice counts once."""

    __tablename__ = "person_read"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), primary_key=True, index=True)
    day: Mapped[date]


class ReportRead(Base):
    """The same for a movement report, which tells of its reporter."""

    __tablename__ = "report_read"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    report: Mapped[UUID] = mapped_column(
        ForeignKey("casework.movement_event.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    day: Mapped[date]
