"""The published forms and their media files (schema `forms`). Rows are added and never changed."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

__all__ = ["FormMedia", "FormVersion"]


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
