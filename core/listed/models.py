"""The table of sealed lists (schema `core`); a zone reaches the lists of the tables that it works with."""

from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["SealedListRow"]


class SealedListRow(Base):
    """The newest list of a table's rows: of one operation, and of one month, where the table is divided by them."""

    __tablename__ = "sealed_list"
    __table_args__ = {"schema": "core"}

    listed: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    entries: Mapped[bytes]
    seal: Mapped[bytes]
