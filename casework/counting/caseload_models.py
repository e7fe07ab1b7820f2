"""Who was counted at a month's end, so that the next count knows how many came and went: fingerprints, and nothing else."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["CaseloadRollRow"]


class CaseloadRollRow(Base):
    """The roll of one month's end: 24 bytes for each person counted, in order, which only the key ring makes anew from a record
    (`casework.counting.caseload_roll`). The newest that was told and one that is being told are kept; no other."""

    __tablename__ = "caseload_roll"
    __table_args__ = {"schema": "casework"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    seal: Mapped[bytes]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
