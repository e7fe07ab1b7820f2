"""The published forms with their media files and the classes set beside them, and the keys to what phones encrypt.

Schema `forms`. Rows are added and never changed, but for the wrapping of keys.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Zone
from core.listed import listed

__all__ = ["FormClasses", "FormKey", "FormMedia", "FormVersion"]


class FormVersion(Base):
    """One version of a form as phones get it. `md5` is the digest that OpenRosa clients compare."""

    __tablename__ = "form_version"
    __table_args__ = {"schema": "forms"}

    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"), primary_key=True)
    form_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    xform: Mapped[bytes]
    md5: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class FormMedia(Base):
    """A file that a form version needs on the phone."""

    __tablename__ = "form_media"
    __table_args__ = (
        ForeignKeyConstraint(
            ["operation", "form_id", "version"],
            ["forms.form_version.operation", "forms.form_version.form_id", "forms.form_version.version"],
        ),
        {"schema": "forms"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    md5: Mapped[str]


@listed(Zone.CASEWORK, by="operation", but={"private_key", "key_version", "sealed"})
class FormKey(Base):
    """A key pair of an operation: the private key, sealed under the record key that is wrapped beside it."""

    __tablename__ = "form_key"
    __table_args__ = {"schema": "forms"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(ForeignKey("core.operation.code"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    private_key: Mapped[bytes]
    key_version: Mapped[int]
    sealed: Mapped[bytes]
    commitment: Mapped[bytes]


class FormClasses(Base):
    """One edition of the privacy classes that were set for a form version outside its workbook; the newest holds.

    `questions` leads from a question's path to its `privacy`, and where they were set its `part` and `statistic`.
    """

    __tablename__ = "form_classes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["operation", "form_id", "version"],
            ["forms.form_version.operation", "forms.form_version.form_id", "forms.form_version.version"],
        ),
        {"schema": "forms"},
    )

    operation: Mapped[str] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    records: Mapped[str | None]
    questions: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
