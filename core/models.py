"""The tables every stage stands on: operations, places, key versions and the audit log (schema `core`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Zone
from core.listed import listed

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "AuditVerification",
    "KeyVersion",
    "Operation",
    "PlaceRow",
    "ProposalRow",
    "RegisterEntry",
    "RemainsDestroyed",
]


class Operation(Base):
    """One humanitarian operation; everything below it is separated by row-level security."""

    __tablename__ = "operation"
    __table_args__ = {"schema": "core"}

    code: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PlaceRow(Base):
    """A country (level 0), region (1) or district (2) of an operation's gazetteer, under its P-code."""

    __tablename__ = "place"
    __table_args__ = {"schema": "core"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None]
    level: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    shape: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))


class KeyVersion(Base):
    """A key of the ring, by its fingerprint, so that a start notices a lost or exchanged ring (`core.keys.key_versions`)."""

    __tablename__ = "key_version"
    __table_args__ = {"schema": "core"}

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[datetime | None]


class AuditEntry(Base):
    """What was done, by whom, to what, why and how much. Rows are added and never changed (a trigger refuses).

    Number, moment, actor, zone, operation and transaction are PostgreSQL's own to fill in: no zone may state them.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_transaction", "transaction"),
        Index("ix_audit_entry_actor", "actor", "number"),
        Index("ix_audit_entry_subject", "subject", "number"),
        Index("ix_audit_entry_at", "at", postgresql_using="brin"),
        Index("ix_audit_entry_listed", "subject", postgresql_where=text("action = 'listed'")),
        {"schema": "core"},
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str] = mapped_column(server_default=text("current_setting('waystation.actor')"))
    zone: Mapped[str] = mapped_column(server_default=text("CURRENT_USER"))
    operation: Mapped[str] = mapped_column(server_default=text("current_setting('waystation.operation')"))
    action: Mapped[str]
    subject: Mapped[str]
    purpose: Mapped[str]
    count: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    transaction: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))


class AuditLink(Base):
    """One link of the chain over the log: the line at this position, and the digest of everything up to it."""

    __tablename__ = "audit_link"
    __table_args__ = {"schema": "core"}

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(BigInteger, unique=True)
    digest: Mapped[bytes]


class AuditHead(Base):
    """Where the chain stood after a sealing, signed. `core.audit_chain` explains the columns."""

    __tablename__ = "audit_head"
    __table_args__ = {"schema": "core"}

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
    highest: Mapped[int] = mapped_column(BigInteger, index=True)
    below: Mapped[int] = mapped_column(BigInteger)
    above: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]
    signature: Mapped[bytes]
    previous: Mapped[int | None] = mapped_column(BigInteger)


class AuditVerification(Base):
    """How far a verification of the audit log has come and what it found, signed (`core.verify_in_pieces`)."""

    __tablename__ = "audit_verification"
    __table_args__ = {"schema": "core"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[bytes]
    signature: Mapped[bytes]


@listed(Zone.CASEWORK, by="operation", monthly="proposed_at")
class ProposalRow(Base):
    """An act that needs a second person. Who proposed does not decide (a check); steps go one way (a trigger)."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("decided_by IS DISTINCT FROM proposed_by OR state = 'rejected'", name="second_person"),
        Index("ix_proposal_operation_state", "operation", "state"),
        {"schema": "core"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    custodies: Mapped[list[str]] = mapped_column(ARRAY(String))
    purpose: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    until: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]


@listed(Zone.AUDIT, by="operation", but={"key_version", "sealed_key"})
class RegisterEntry(Base):
    """One version of an entry in the register of impact assessments or of breaches; what it says is sealed."""

    __tablename__ = "register_entry"
    __table_args__ = {"schema": "core"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation: Mapped[str]
    register: Mapped[str]
    due: Mapped[datetime | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    content: Mapped[bytes]
    key_version: Mapped[int]
    sealed_key: Mapped[bytes]
    commitment: Mapped[bytes]


class RemainsDestroyed(Base):
    """The key tables were written anew and the write-ahead log moved on, beginning at this moment; the owner writes it."""

    __tablename__ = "remains_destroyed"
    __table_args__ = {"schema": "core"}

    at: Mapped[datetime] = mapped_column(primary_key=True)
