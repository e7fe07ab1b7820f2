"""The keyed fingerprints by which ingest recognises what it has seen without reading it.

Each names its scope (operation and form, or the record it belongs to), so that equal values in two places do not show.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from core.keys.keyring import KeyRing
from ingest.uploaded_file import UploadedFile

__all__ = [
    "answered_digest",
    "answers_digest",
    "edits_lock",
    "file_digest",
    "file_digest_of",
    "file_token",
    "instance_token",
    "post_digest",
    "pulled_token",
    "pulled_version",
]

SEPARATOR = "\0"  # cannot occur in XML


def instance_token(ring: KeyRing, operation: str, form_id: str, instance_id: str) -> bytes:
    """Finds a submission by the id that the phone gave it; such ids are unique within a form."""
    return ring.blind_token("instance-id", SEPARATOR.join((operation, form_id, instance_id)))


def edits_lock(ring: KeyRing, operation: str, form_id: str) -> bytes:
    """Names the lock under which edits of one form are put in order."""
    return ring.blind_token("edits-of-form", SEPARATOR.join((operation, form_id)))


def answers_digest(ring: KeyRing, submission: UUID, xml: bytes) -> bytes:
    """Equal for identical answers to one submission."""
    return ring.blind_token("answers", f"{submission}{SEPARATOR}{_sha256(xml)}")


def answered_digest(ring: KeyRing, submission: UUID, answers: bytes) -> bytes:
    """Equal where the questions of one submission have equal answers, in whichever notation they came (`same_answers`)."""
    return ring.blind_token("answered", f"{submission}{SEPARATOR}{_sha256(answers)}")


def file_token(ring: KeyRing, owner: UUID, name: str) -> bytes:
    """Finds a file of a record by its name."""
    return ring.blind_token("file-name", f"{owner}{SEPARATOR}{name}")


def file_digest(ring: KeyRing, owner: UUID, content: bytes) -> bytes:
    """Equal for identical contents within one record."""
    return file_digest_of(ring, owner, _sha256(content))


def file_digest_of(ring: KeyRing, owner: UUID, sha256: str) -> bytes:
    """The same of a content that is known by its SHA-256, in hexadecimal."""
    return ring.blind_token("file-content", f"{owner}{SEPARATOR}{sha256}")


def post_digest(ring: KeyRing, operation: str, xml: bytes, files: Sequence[UploadedFile]) -> bytes:
    """Equal for posts of the same answers and files, so that a refused post sent again is kept once."""
    parts = [operation, _sha256(xml)]
    parts += sorted(f"{_sha256(file.name.encode())}{_sha256(file.content)}" for file in files)
    return ring.blind_token("refused-post", SEPARATOR.join(parts))


def pulled_token(ring: KeyRing, source: UUID, number: int) -> bytes:
    """The tombstone of an erased record that was pulled: by the server's number, which an edit there does not change."""
    return ring.blind_token("pulled", f"{source}{SEPARATOR}{number}")


def pulled_version(ring: KeyRing, source: UUID, number: int, uuid: str) -> bytes:
    """Tells whether a record of a server is still the one that was taken in."""
    return ring.blind_token("pulled-version", f"{source}{SEPARATOR}{number}{SEPARATOR}{uuid}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
