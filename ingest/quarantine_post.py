"""Keep a post that was refused, with the reason: nothing that a phone sends is lost."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.keys.keyring import KeyRing
from ingest.blind_tokens import post_digest
from ingest.errors import Refused
from ingest.models import Quarantine
from ingest.recognise_post import Post
from ingest.seal_content import QUARANTINE, keep_files, new_key, seal_content
from ingest.take_turns import take_turns

__all__ = ["is_quarantined", "quarantine_post"]


def quarantine_post(session: Session, ring: KeyRing, post: Post, refusal: Refused) -> None:
    """Keep it once: a phone that sends the same refused post again changes nothing."""
    digest = post_digest(ring, post.operation, post.xml, post.files)
    take_turns(session, [digest])
    if is_quarantined(session, post.operation, refusal.code, digest):
        return
    entry = uuid4()
    key = new_key(session, ring, post.operation, QUARANTINE, entry)
    session.add(
        Quarantine(
            id=entry,
            operation=post.operation,
            at=now(),
            code=refusal.code,
            reason=refusal.what,
            form_id=refusal.form_id,
            submission_id=refusal.submission,
            collector=post.collector,
            digest=digest,
            size=len(post.xml) + sum(len(file.content) for file in post.files),
            content=seal_content(key, QUARANTINE, entry, post.xml),
        )
    )
    keep_files(session, ring, key, operation=post.operation, owner=entry, files=post.files)
    audit.record(
        session,
        audit.Action.QUARANTINED,
        f"{QUARANTINE}:{entry}",
        purpose=audit.Purpose.COLLECTION,
        detail={"code": refusal.code},
    )


def is_quarantined(session: Session, operation: str, code: str, digest: bytes) -> bool:
    """Whether this was kept for the same reason before."""
    same = (Quarantine.operation == operation, Quarantine.code == code, Quarantine.digest == digest)
    return session.scalar(select(Quarantine.id).where(*same)) is not None
