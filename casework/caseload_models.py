"""Lists that an account comes back to: which codes they are narrowed by, and nothing that anybody said."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["CODES", "LONGEST", "KeptListRow"]

LONGEST: Final = 400
CODES: Final = "^[a-z0-9_=&-]*$"  # names and codes, ids, days: no letter of any other writing, no space, nothing escaped


class KeptListRow(Base):
    """A filter of the list of cases that one account keeps."""

    __tablename__ = "kept_list"
    __table_args__ = (
        CheckConstraint(f"codes ~ '{CODES}' AND length(codes) <= {LONGEST}", name="codes"),
        Index(None, "operation", "actor"),
        {"schema": "casework"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str]
    actor: Mapped[str]
    codes: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
