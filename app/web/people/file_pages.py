"""A person's file, streamed out of the store as an attachment that no browser guesses or keeps, and its small picture.

A file's own name may hold a person's; what is saved is called by a part of its random id instead.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from app.web.attachment import ATTACHMENT, attachment
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.people.record_desk import purpose_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import signed_in_router
from casework import RecordUnknown, records
from core.access import Access
from core.audit import Purpose
from core.database import Zone

__all__ = ["FILES"]

router = signed_in_router()
FILES = PageGroup(router, "record_panels")
NO_PREVIEW: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#52646f">'
    b'<path d="M6 2.5h8l4 4v15H6zM14 2.5v4h4M3 21.5l18-18"/></svg>'
)
ENDINGS: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/ogg": "ogg",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}


@router.post("/persons/{person}/files/{file}")
def download(visit: SignedIn, desk: OpenDesk, person: UUID, file: UUID, form: CheckedForm) -> Response:
    """One file. The line in the audit log is committed before the first byte leaves, however the download ends."""
    purpose = purpose_of(form.get("purpose"))
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        label = records.read_file(session, desk.ring, file, purpose=purpose).label
        if label.person != person:
            raise RecordUnknown(kind="file", record=file)
    name = f"file-{file.hex[:8]}.{ENDINGS.get(label.media_type, 'bin')}"
    return StreamingResponse(
        _content(desk, visit.access, file, purpose), media_type="application/octet-stream", headers=attachment(name)
    )


@router.get("/persons/{person}/files/{file}/thumbnail")
def thumbnail(visit: SignedIn, desk: OpenDesk, person: UUID, file: UUID, purpose: Annotated[str, Query()] = "") -> Response:
    """The small picture of one file, noted in the audit log like the file; an empty sheet where none can be made."""
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        label, made = records.read_thumbnail(session, desk.ring, file, purpose=purpose_of(purpose))
        if label.person != person:
            raise RecordUnknown(kind="file", record=file)
    headers = {**ATTACHMENT, "Content-Disposition": "inline"}
    return Response(made or NO_PREVIEW, media_type="image/jpeg" if made else "image/svg+xml", headers=headers)


def _content(desk: Desk, access: Access, file: UUID, purpose: Purpose) -> Iterator[bytes]:
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        yield from records.read_file(session, desk.ring, file, purpose=purpose).content
