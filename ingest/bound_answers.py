"""Bind answers to what stands in clear beside them, so that whoever owns the tables changes none of it unnoticed.

Form, version and the phone's id of the answer stand inside the answers, and the row is compared with them. Who sent them, for
whose custody, and which answer they replace are part of the ciphertext's associated data. Of encrypted answers, what they
replace is known when they are opened: it stands inside them, and is compared there. Files are bound to their own rows.
"""

from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey
from ingest.blind_tokens import instance_token
from ingest.models import Submission
from ingest.parse_xml import parse_xml
from ingest.read_head import Head, read_head
from ingest.seal_content import SUBMISSION

__all__ = ["bound_to", "open_answers", "require_replacing", "require_same"]

BEFORE = "content"  # what an earlier version bound answers to; nobody can make such a ciphertext of another's


def bound_to(collector: str, custody: str, replaces: bytes | None) -> str:
    """The name of the field that answers are sealed under."""
    return f"content from {collector} for {custody} replacing {replaces.hex() if replaces else 'none'}"


def open_answers(key: RecordKey, row: Submission) -> bytes:
    """The answers, or the manifest of encrypted ones; raises `core.sealing.envelope.CiphertextRefused` also for a row whose
    collector, custody or replaced answer was changed."""
    content = _opened(key, row, bound_to(row.collector, row.custody, row.replaces))
    if content is None and row.replaces:
        content = _opened(key, row, bound_to(row.collector, row.custody, None))
        if content is not None and not read_head(parse_xml(content)).encrypted:
            content = None
    if content is None:
        content = _opened(key, row, BEFORE)
    if content is None:
        raise Binding(SUBMISSION, row.id, "content").refused()
    return content


def require_same(ring: KeyRing, row: Submission, head: Head) -> None:
    """Refuse a row that is not of the form, version and id that its answers name (`CiphertextRefused`)."""
    said = instance_token(ring, row.operation, row.form_id, head.instance_id)
    if (head.form_id, head.version, said) != (row.form_id, row.form_version, row.instance):
        raise Binding(SUBMISSION, row.id, "content").refused()


def require_replacing(ring: KeyRing, row: Submission, head: Head) -> None:
    """Refuse encrypted answers whose row names another answer than they themselves replace, or none or one too many."""
    said = instance_token(ring, row.operation, row.form_id, head.replaces) if head.replaces else None
    if said != row.replaces:
        raise Binding(SUBMISSION, row.id, "content").refused()


def _opened(key: RecordKey, row: Submission, field: str) -> bytes | None:
    try:
        return key.open(row.xml, Binding(SUBMISSION, row.id, field))
    except CiphertextRefused:
        return None
