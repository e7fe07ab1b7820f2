"""Take in one post from a phone: a new answer, the same again, more files, or an edit.

The rules follow what phones rely on (OpenRosa 1.0 form submission, and ODK's practice where it is silent): every post
of one answer repeats the identical XML, files may come in later posts, an edit names the answer that it replaces.
What cannot be taken in goes to quarantine, what was erased before is not kept at all; bad input is an outcome here, never
an exception. The collection zone can write ciphertexts but not read them: whether contents are the same is
told by keyed digests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.access import UNASSIGNED, Custody
from core.clock import now
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding
from ingest.blind_tokens import answered_digest, answers_digest, file_digest, file_token
from ingest.bound_answers import bound_to
from ingest.chain_edits import join_chain
from ingest.errors import DifferentAnswers, DifferentFile, Outcome, Refused
from ingest.models import Attachment, PulledRow, State, Submission
from ingest.origin import came_rewritten
from ingest.quarantine_post import quarantine_post
from ingest.receipt import Receipt
from ingest.recognise_post import Arrival, ErasedBefore, Post, recognise, refuse_erased
from ingest.seal_content import SUBMISSION, keep_files, new_key, open_key
from ingest.take_turns import take_turns
from ingest.uploaded_file import UploadedFile

__all__ = ["receive_arrival", "receive_submission"]


@dataclass(frozen=True)
class _Known:
    """What the collection zone may see of a stored submission; `files` holds digests by name token."""

    id: UUID
    digest: bytes
    answered: bytes | None
    complete: bool
    encrypted: bool
    rewritten: bool
    files: Mapping[bytes, bytes] = field(repr=False)


def receive_submission(
    session: Session,
    ring: KeyRing,
    *,
    operation: str,
    xml: bytes,
    files: Sequence[UploadedFile],
    collector: str,
    custody: Custody = UNASSIGNED,
) -> Receipt:
    """Keep one post (collection zone). Never raises for bad input: that is quarantined and the receipt says so.

    `custody` is the collector's: whose records the submission will become.
    """
    post = Post(operation, collector, xml, files, custody)
    try:
        return receive_arrival(session, ring, recognise(session, ring, post))
    except ErasedBefore:
        return Receipt(Outcome.ERASED, None, complete=False)
    except Refused as refusal:
        quarantine_post(session, ring, post, refusal)
        return Receipt(refusal.outcome, None, complete=False)


def receive_arrival(session: Session, ring: KeyRing, arrival: Arrival) -> Receipt:
    """Keep what was recognised; raises the `Refused` that says why it cannot be, or `ErasedBefore`."""
    take_turns(session, arrival.locks)
    refuse_erased(session, arrival.post.operation, arrival.instance, arrival.replaces)  # while it waited for its turn
    known = _find(session, arrival)
    return _receive_again(session, ring, arrival, known) if known else _receive_first(session, ring, arrival)


def _find(session: Session, arrival: Arrival) -> _Known | None:
    asked = (Submission.id, Submission.digest, Submission.answered, Submission.complete, Submission.state, Submission.collector)
    same = Submission.operation == arrival.post.operation, Submission.instance == arrival.instance
    row = session.execute(select(*asked).where(*same)).one_or_none()
    if row is None:
        return None
    files = session.execute(select(Attachment.name, Attachment.digest).where(Attachment.owner == row.id))
    encrypted, rewritten = row.state == State.ENCRYPTED, came_rewritten(row.collector)
    return _Known(row.id, row.digest, row.answered, row.complete, encrypted, rewritten, dict(files.all()))


def _receive_first(session: Session, ring: KeyRing, arrival: Arrival) -> Receipt:
    submission, post = uuid4(), arrival.post
    root = join_chain(
        session, post.operation, arrival.head.form_id, submission, instance=arrival.instance, replaces=arrival.replaces
    )
    complete = arrival.expected <= {file.name for file in post.files}
    key = new_key(session, ring, post.operation, SUBMISSION, submission)
    binding = Binding(SUBMISSION, submission, bound_to(post.collector, str(post.custody), arrival.replaces))
    session.add(
        Submission(
            id=submission,
            operation=post.operation,
            root_id=root,
            form_id=arrival.head.form_id,
            form_version=arrival.head.version,
            instance=arrival.instance,
            replaces=arrival.replaces,
            digest=answers_digest(ring, submission, post.xml),
            answered=None if arrival.answers is None else answered_digest(ring, submission, arrival.answers),
            collector=post.collector,
            received_at=now(),
            complete=complete,
            state=State.ENCRYPTED if arrival.head.encrypted else State.AWAITING,
            xml=key.seal(post.xml, binding),
            custody=str(post.custody),
        )
    )
    keep_files(session, ring, key, operation=post.operation, owner=submission, files=post.files)
    _record(session, submission, files=len(post.files))
    outcome = Outcome.EDITED if arrival.replaces else Outcome.ACCEPTED
    return Receipt(outcome, submission, complete, to_open=arrival.head.encrypted and complete)


def _receive_again(session: Session, ring: KeyRing, arrival: Arrival, known: _Known) -> Receipt:
    post = arrival.post
    if not _the_same(session, ring, arrival, known):
        raise DifferentAnswers(submission=known.id, form_id=arrival.head.form_id)
    new = _new_files(ring, known, post.files)
    if not new:
        outcome = Outcome.EDIT_RESENT if arrival.replaces else Outcome.RESENT
        return Receipt(outcome, known.id, known.complete, to_open=known.encrypted and known.complete)
    key = open_key(session, ring, SUBMISSION, known.id)
    keep_files(session, ring, key, operation=post.operation, owner=known.id, files=new)
    complete = _complete(ring, arrival, known, new)
    session.execute(update(Submission).where(Submission.id == known.id).values(complete=complete))
    _record(session, known.id, files=len(new))
    return Receipt(Outcome.FILES_ADDED, known.id, complete, to_open=known.encrypted and complete)


def _the_same(session: Session, ring: KeyRing, arrival: Arrival, known: _Known) -> bool:
    """Byte for byte; or by what was answered, where one of the two came from a phone and the other was written anew on its way
    here: by a server, or into a file."""
    if known.digest == answers_digest(ring, known.id, arrival.post.xml):
        return True
    if arrival.answers is None or known.answered != answered_digest(ring, known.id, arrival.answers):
        return False
    pulled = select(PulledRow.number).where(PulledRow.submission == known.id).limit(1)
    return arrival.rewritten or known.rewritten or session.scalar(pulled) is not None


def _new_files(ring: KeyRing, known: _Known, sent: Iterable[UploadedFile]) -> list[UploadedFile]:
    """Those of the sent files that are not stored yet; raises `DifferentFile` where one is stored with another content."""
    stored = [(file, known.files.get(file_token(ring, known.id, file.name))) for file in sent]
    if any(digest not in (None, file_digest(ring, known.id, file.content)) for file, digest in stored):
        raise DifferentFile(submission=known.id)
    return [file for file, digest in stored if digest is None]


def _complete(ring: KeyRing, arrival: Arrival, known: _Known, new: Iterable[UploadedFile]) -> bool:
    come = {*known.files, *(file_token(ring, known.id, file.name) for file in new)}
    return {file_token(ring, known.id, name) for name in arrival.expected} <= come


def _record(session: Session, submission: UUID, *, files: int) -> None:
    audit.record(
        session,
        audit.Action.RECEIVED,
        f"{SUBMISSION}:{submission}",
        purpose=audit.Purpose.COLLECTION,
        detail={"files": files},
    )
