"""What was done to a person, and by whom: kept apart from their record, each under a right of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["Apart", "HistoryEvent", "Perpetrator"]


class Apart(Base):
    """Something told about a person, sealed under their key. Rows are added or taken back, and never changed."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("casework.person.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    said: Mapped[bytes]
    noted_by: Mapped[str]
    noted_at: Mapped[datetime]


class HistoryEvent(Apart):
    """One event of a trafficking history: recruitment, transit or exploitation (HTCDS 2.0, history events)."""

    __tablename__ = "history_event"
    __table_args__ = {"schema": "casework"}


class Perpetrator(Apart):
    """Somebody said to have done it (HTCDS 2.0, Perpetrator): data of another person, who has no record here."""

    __tablename__ = "perpetrator"
    __table_args__ = {"schema": "casework"}
