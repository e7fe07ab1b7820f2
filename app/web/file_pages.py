"""Downloading a person's file: streamed out of the store, as an attachment that no browser guesses the type of or keeps.

A file's own name may hold a person's; what is saved is called by a part of its random id instead.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.record_desk import purpose_of
from app.web.signed_in import CheckedForm, SignedIn
from app.web.signed_in_page import signed_in_router
from casework import RecordUnknown, records
from core.access import Access
from core.audit import Purpose
from core.database import Zone

__all__ = ["ATTACHMENT", "FILES", "attachment"]

router = signed_in_router()
FILES = PageGroup(router, "record_panels")
ATTACHMENT: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
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


def attachment(name: str) -> dict[str, str]:
    """The headers of something to save; `name` is ours, of plain letters."""
    return {**ATTACHMENT, "Content-Disposition": f'attachment; filename="{name}"'}


def _content(desk: Desk, access: Access, file: UUID, purpose: Purpose) -> Iterator[bytes]:
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        yield from records.read_file(session, desk.ring, file, purpose=purpose).content
