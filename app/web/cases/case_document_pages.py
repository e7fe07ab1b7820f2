"""Documents and photographs of a case: added on screen, encrypted as they come in, and pictures shown without touching a disk.

A file is named by its random id in every address. What a browser is told of its kind follows from its first bytes, and it is
shown only where that is a picture; everything else is saved, as an attachment (`app.web.people.file_pages`).
"""

from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from app.web.attachment import ATTACHMENT
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.people.record_desk import code_chosen, purpose_of
from app.web.signed_in import FORM_TOKEN, SignedIn, require_form_token
from app.web.signed_in_page import go_to, signed_in_router
from app.web.streamed_upload import read_upload
from casework import RecordUnknown, records
from casework.case_file import PICTURES, Document, add_document, document_of
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from forms import RecordPart

__all__ = ["CASE_DOCUMENTS"]

router = signed_in_router()
CASE_DOCUMENTS: Final = PageGroup(router, "case")


@router.post("/cases/{case:uuid}/documents")
def add(request: Request, visit: SignedIn, desk: OpenDesk, case: UUID) -> Response:
    """Take in one file. The form is judged before the file is read; sent twice, it is one file."""
    upload = read_upload(request)
    require_form_token(request, upload.fields.get(FORM_TOKEN, ""))
    purpose = purpose_of(upload.fields.get("purpose"))
    part = code_chosen(upload.fields.get("part"), RecordPart, "part")
    document = Document(identifier(upload.fields.get("id")), upload.name, upload.content, part)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        kept = add_document(session, desk.ring, case, document, purpose=purpose)
    return go_to(f"/cases/{case}?done=document&purpose={purpose.value}#d-{kept}")


@router.get("/cases/{case:uuid}/documents/{file:uuid}")
def look(visit: SignedIn, desk: OpenDesk, case: UUID, file: UUID, purpose: Annotated[str, Query()] = "assistance") -> Response:
    """A picture, shown by the browser. The line in the audit log is committed before the first byte leaves."""
    looked_for = purpose_of(purpose)
    with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session:
        label = records.read_file(session, desk.ring, file, purpose=looked_for).label
    if label.question != document_of(case) or label.media_type not in PICTURES:
        raise RecordUnknown(kind="picture", record=file)
    content = _content(desk, visit.access, file, looked_for)
    return StreamingResponse(content, media_type=label.media_type, headers={**ATTACHMENT, "Content-Disposition": "inline"})


def _content(desk: Desk, access: Access, file: UUID, purpose: Purpose) -> Iterator[bytes]:
    with desk.database.transaction(Zone.CASEWORK, access=access) as session:
        yield from records.read_file(session, desk.ring, file, purpose=purpose).content
