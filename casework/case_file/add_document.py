"""A photograph or document that a worker adds to a case on screen: sealed like the files that phones send, chunk by chunk.

What the browser says of a file is not believed. Its name is only ever a label, taken apart from any path; what kind of file it
is, is read from its first bytes.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.admission.admit_files import add_file
from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, FileRow, Person
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.need_to_know import require_files
from casework.store.seal_file import NewFile
from casework.store.seal_record import Vault
from casework.thumbnails import PICTURES
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns
from forms import RecordPart

__all__ = ["PICTURES", "Document", "add_document", "document_of"]

OTHER: Final = "application/octet-stream"
LONGEST_NAME: Final = 120
# Where it begins, what stands there, and what that says of the file.
MARKS: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
)


@dataclass(frozen=True)
class Document:
    """A file as it comes. `id` is made with the page that sends it: sent twice, it is one file. `part` is what it speaks of."""

    id: UUID
    name: str = field(repr=False)
    content: Iterable[bytes] = field(repr=False)
    part: RecordPart


def document_of(case: UUID) -> str:
    """What stands as the question of a file that was added to this case on screen."""
    return f"case:{case}"


def add_document(session: Session, ring: KeyRing, case_id: UUID, document: Document, *, purpose: Purpose) -> UUID:
    """Keep the document with the person of the case; its id. The content is read once, one chunk in memory at a time.

    The person's list of files is locked when all has come, so a slow line holds up nobody else's work. Raises
    `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `KeyDestroyed`, or what reading the content raises.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    person = session.get_one(Person, case.person)
    require(session, Right.WORK_ON_CASE, custody_of(person), subject=f"casework.case:{case_id}")
    require_files(session, person, document.part)
    require_unrestricted(session, person.id, purpose)
    count_reading(session, [person.id])
    take_turns(session, f"casework.file:{document.id}")
    if session.get(FileRow, document.id) is not None:
        return document.id
    media_type, content = _kind_of(document.content)
    new = NewFile(_label(document.name), media_type, content, document.part, document_of(case_id))
    vault = Vault(session, ring, case.operation)
    with changing_clear(vault, [person.id]):
        add_file(vault, person.id, new, file=document.id)
    detail = {"file": str(document.id), "part": document.part.value}
    record(session, Action.WORKED, f"casework.case:{case_id}", purpose=purpose, detail=detail)
    return document.id


def _kind_of(content: Iterable[bytes]) -> tuple[str, Iterator[bytes]]:
    """The media type that the first bytes tell, and the content from its beginning."""
    pieces = iter(content)
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= 16:
            break
    found = next((kind for at, mark, kind in MARKS if first[at : at + len(mark)] == mark), OTHER)
    return found, chain([first], pieces)


def _label(name: str) -> str:
    """The name without a path, without characters that are not seen or that turn the direction of others, and not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    return seen.strip(" .")[-LONGEST_NAME:] or "-"
