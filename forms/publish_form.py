"""Publish a form version to an operation's phones, and find what is published.

A published version never changes: answers on phones and in the store refer to it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core.audit import Action, Purpose, record
from forms.definition import FormDefinition, refuse_variables_fed_twice
from forms.encrypt_form import encryption_key
from forms.errors import FormChanged, MediaNameUnusable
from forms.indicators import refuse_unusable_indicators
from forms.models import FormMedia, FormVersion
from forms.read_definition import read_form_definition

__all__ = [
    "MediaEntry",
    "MediaFile",
    "PublishedForm",
    "find_form",
    "list_forms",
    "newest_versions",
    "publish_form",
    "read_media",
]


@dataclass(frozen=True)
class MediaEntry:
    """A media file as an OpenRosa manifest lists it: `md5` in hexadecimal, `size` in bytes."""

    file_name: str
    md5: str
    size: int


@dataclass(frozen=True)
class MediaFile:
    """A media file with its content."""

    file_name: str
    content: bytes = field(repr=False)
    md5: str


@dataclass(frozen=True)
class PublishedForm:
    """A form version as phones get it: `md5` of the XForm in hexadecimal, media in order of name."""

    form_id: str
    version: str
    title: str
    xform: bytes = field(repr=False)
    md5: str
    media: tuple[MediaEntry, ...]

    @cached_property
    def definition(self) -> FormDefinition:
        """What the form asks, by its workbook alone; `find_definition` knows what was set beside it too."""
        return read_form_definition(self.xform)

    @property
    def encrypted(self) -> bool:
        """Whether phones encrypt what they finalise."""
        return encryption_key(self.xform) is not None


def publish_form(session: Session, operation: str, xform: bytes, media: Mapping[str, bytes]) -> PublishedForm:
    """Publish an XForm with the media files it needs; the same again changes nothing.

    Raises `XFormUnreadable`, `VariableFedTwice`, `IndicatorUnusable`, `MediaNameUnusable`, and `FormChanged` for other content
    under a published version.
    """
    definition = read_form_definition(xform)
    refuse_variables_fed_twice(definition)
    refuse_unusable_indicators(definition)
    entries = tuple(_entry(name, media[name], definition.form_id) for name in sorted(media))
    form = PublishedForm(definition.form_id, definition.version, definition.title, xform, _md5(xform), entries)
    if _add(session, operation, form, media):
        _note(session, form)
        return form
    published = find_form(session, operation, form.form_id, form.version)
    if published != form:
        part = "content" if published is None or published.xform != xform else "set of media files"
        raise FormChanged(form_id=form.form_id, version=form.version, part=part)
    return published


def find_form(session: Session, operation: str, form_id: str, version: str | None) -> PublishedForm | None:
    """A version of a form, or without `version` the one published last."""
    wanted = select(FormVersion).where(FormVersion.operation == operation, FormVersion.form_id == form_id)
    if version is not None:
        wanted = wanted.where(FormVersion.version == version)
    row = session.scalars(wanted.order_by(FormVersion.published_at.desc()).limit(1)).first()
    return _published(session, row) if row else None


def list_forms(session: Session, operation: str) -> list[PublishedForm]:
    """The version published last of every form, in order of form id."""
    return [_published(session, row) for row in session.scalars(_newest(FormVersion), {"operation": operation})]


def newest_versions(session: Session, operation: str) -> list[tuple[str, str, str]]:
    """Of every form, its id, the version published last, and the MD5 of what was published; in order of form id."""
    return [(form_id, version, md5) for form_id, version, md5 in session.execute(NEWEST, {"operation": operation})]


def read_media(session: Session, operation: str, form_id: str, version: str) -> list[MediaFile]:
    """The media files of a form version, in order of name."""
    wanted = (
        select(FormMedia.file_name, FormMedia.content, FormMedia.md5)
        .where(FormMedia.operation == operation, FormMedia.form_id == form_id, FormMedia.version == version)
        .order_by(FormMedia.file_name)
    )
    return [MediaFile(row.file_name, row.content, row.md5) for row in session.execute(wanted)]


def _newest(*asked: Any) -> Select[*tuple[Any, ...]]:
    """Of every form, these of the version published last."""
    newest = select(*asked).where(FormVersion.operation == bindparam("operation")).ext(distinct_on(FormVersion.form_id))
    return newest.order_by(FormVersion.form_id, FormVersion.published_at.desc())


NEWEST: Final = _newest(FormVersion.form_id, FormVersion.version, FormVersion.md5)


def _add(session: Session, operation: str, form: PublishedForm, media: Mapping[str, bytes]) -> bool:
    """Add the version unless it is there: False then, also where another transaction was first."""
    key = {"operation": operation, "form_id": form.form_id, "version": form.version}
    row = {**key, "title": form.title, "xform": form.xform, "md5": form.md5}
    added = session.execute(upsert(FormVersion).values(row).on_conflict_do_nothing().returning(FormVersion.form_id)).first()
    if added and form.media:
        files = [{**key, "file_name": e.file_name, "content": media[e.file_name], "md5": e.md5} for e in form.media]
        session.execute(insert(FormMedia), files)
    return added is not None


def _note(session: Session, form: PublishedForm) -> None:
    detail = {"version": form.version, "md5": form.md5, "media": len(form.media)}
    record(session, Action.PUBLISHED, f"forms.form_version:{form.form_id}", purpose=Purpose.COLLECTION, detail=detail)


def _published(session: Session, row: FormVersion) -> PublishedForm:
    listed = (
        select(FormMedia.file_name, FormMedia.md5, func.length(FormMedia.content).label("size"))
        .where(FormMedia.operation == row.operation, FormMedia.form_id == row.form_id, FormMedia.version == row.version)
        .order_by(FormMedia.file_name)
    )
    media = tuple(MediaEntry(entry.file_name, entry.md5, entry.size) for entry in session.execute(listed))
    return PublishedForm(row.form_id, row.version, row.title, row.xform, row.md5, media)


def _entry(file_name: str, content: bytes, form_id: str) -> MediaEntry:
    plain = PurePosixPath(file_name).name == file_name == PureWindowsPath(file_name).name
    if not plain or not file_name.isprintable() or file_name in {"", ".", ".."}:
        raise MediaNameUnusable(file_name=file_name, form_id=form_id)
    return MediaEntry(file_name, _md5(content), len(content))


def _md5(content: bytes) -> str:
    """As OpenRosa clients compare it; it protects nothing here."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
