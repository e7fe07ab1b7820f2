"""Decrypt, in memory, what a phone encrypted: the answers alone, or all of it with the proof that it is whole.

The signature covers every file, so what is read for the first time is read whole (`decrypt_whole`). From then on it rests
sealed and bound as everything that arrived, and the answers may be read without their files.
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.keys.keyring import KeyRing
from core.sealing.odk_encryption import PhoneKey, file_digest, unwrap_phone_key
from forms import open_form_keys
from ingest.errors import EncryptedDamaged, FormKeyUnknown
from ingest.parse_xml import parse_xml
from ingest.read_head import Head, read_head
from ingest.read_manifest import Manifest, plain_name
from ingest.uploaded_file import UploadedFile

__all__ = ["Decrypted", "decrypt_answers", "decrypt_whole", "phone_key"]


@dataclass(frozen=True)
class Decrypted:
    """The answers and their files under their plain names; `head` is what the answers say of themselves."""

    head: Head
    xml: bytes = field(repr=False)
    files: tuple[UploadedFile, ...] = field(repr=False)


def phone_key(session: Session, ring: KeyRing, operation: str, manifest: Manifest) -> PhoneKey:
    """The key of a submission, by one of the operation's form keys; raises `FormKeyUnknown`, and what opening those raises."""
    key = unwrap_phone_key(open_form_keys(session, ring, operation), manifest.key, manifest.head.instance_id)
    if key is None:
        raise FormKeyUnknown(form_id=manifest.head.form_id)
    return key


def decrypt_answers(key: PhoneKey, manifest: Manifest, content: bytes) -> bytes:
    """The answers, not proven; raises `EncryptedDamaged` where they cannot be any."""
    return _decrypted(key, manifest, len(manifest.files) - 1, content)


def decrypt_whole(key: PhoneKey, manifest: Manifest, files: Mapping[str, bytes]) -> Decrypted:
    """All that the manifest lists, proven by its signature, and the answers to be those that it speaks of.

    `files` are the encrypted ones by name. Raises `EncryptedDamaged`, `AnswersUnreadable` or `IdentityMissing`.
    """
    if not files.keys() >= set(manifest.files):
        raise _damaged(manifest, "a file that came is no longer there")
    plain = {plain_name(name): _decrypted(key, manifest, number, files[name]) for number, name in enumerate(manifest.files)}
    if not key.signed(manifest.signature, _signed_lines(manifest, plain)):
        raise _damaged(manifest, "their signature is not that of these files")
    xml = plain.pop(plain_name(manifest.answers))
    head = read_head(parse_xml(xml))
    if _identity(head) != _identity(manifest.head) or head.encrypted:
        raise _damaged(manifest, "inside they name another form, version or instance")
    return Decrypted(head, xml, tuple(_file(name, content) for name, content in sorted(plain.items())))


def _decrypted(key: PhoneKey, manifest: Manifest, number: int, content: bytes) -> bytes:
    plain = key.decrypt(number, content)
    if plain is None:
        raise _damaged(manifest, "a file was changed or cut off")
    return plain


def _signed_lines(manifest: Manifest, plain: Mapping[str, bytes]) -> list[str]:
    """What the phone signed: who it is, then each file's plain name with its digest, in the order of encryption."""
    head = manifest.head
    said = [head.form_id, *([head.version] if head.version else []), manifest.key, head.instance_id]
    return [*said, *(f"{name}::{file_digest(content)}" for name, content in plain.items())]


def _identity(head: Head) -> tuple[str, str, str]:
    return head.form_id, head.version, head.instance_id


def _file(name: str, content: bytes) -> UploadedFile:
    return UploadedFile(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content)


def _damaged(manifest: Manifest, fault: str) -> EncryptedDamaged:
    return EncryptedDamaged(fault=fault, form_id=manifest.head.form_id)
