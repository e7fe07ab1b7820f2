"""Open encrypted answers once all their files have come, and let them go the way of all others (casework zone).

The door that phones reach can read neither what it took in nor the form keys: it stores the manifest and the encrypted
files as they came, and they are opened here, in a transaction of its own. Until they are proven whole their state is
`ENCRYPTED`, in which nobody reads or admits them; what does not open stays so, listed in quarantine with the reason.
Nothing decrypted is stored: whoever reads them later decrypts them again.
"""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.erasure import Tally, announce
from core.keys.keyring import KeyRing
from core.sealing.envelope import CiphertextRefused
from forms import find_definition
from ingest.blind_tokens import edits_lock, instance_token
from ingest.bound_answers import open_answers, require_same
from ingest.chain_edits import join_chain
from ingest.decrypt_submission import Decrypted, decrypt_whole, phone_key
from ingest.erase_submissions import erase_submissions, is_erased
from ingest.errors import EncryptedDamaged, FormUnknown, KeyDestroyed, Outcome, Refused, SubmissionUnknown
from ingest.expect_files import expected_files
from ingest.hand_over import set_aside
from ingest.models import Quarantine, State, Submission
from ingest.parse_xml import parse_xml
from ingest.read_manifest import read_manifest
from ingest.seal_content import SUBMISSION, open_files, open_key
from ingest.take_turns import take_turns

__all__ = ["open_encrypted"]


def open_encrypted(session: Session, ring: KeyRing, submission_id: UUID) -> Outcome:
    """Open one: `ACCEPTED` or `EDITED`, and it awaits admission; or why not. One that is open already is `RESENT`.

    An edit of an answer that was erased is erased as well. Raises `SubmissionUnknown`, and what concerns the whole
    installation (a key ring that lacks a key).
    """
    row = session.get(Submission, submission_id)
    if row is None:
        raise SubmissionUnknown(submission=submission_id)
    try:
        return _open(session, ring, row) if row.state == State.ENCRYPTED and row.complete else Outcome.RESENT
    except Refused as refusal:
        set_aside(session, ring, submission_id, reason=(refusal.code, str(refusal)))
        return refusal.outcome
    except (KeyDestroyed, CiphertextRefused) as damage:
        set_aside(session, ring, submission_id, reason=(damage.code, str(damage)))
        return Outcome.LOCKED


def _open(session: Session, ring: KeyRing, row: Submission) -> Outcome:
    decrypted = _decrypt(session, ring, row)
    named = decrypted.head.replaces
    replaces = instance_token(ring, row.operation, row.form_id, named) if named else None
    turns = [row.instance, replaces, edits_lock(ring, row.operation, row.form_id)] if replaces else [row.instance]
    take_turns(session, turns)
    # It may have been opened, or erased, while this one waited for its turn.
    if session.get(Submission, row.id, populate_existing=True) is None:
        return Outcome.ERASED
    if row.state != State.ENCRYPTED:
        return Outcome.RESENT
    if is_erased(session, row.operation, row.instance, replaces):
        return _erase(session, ring, row)
    if replaces:
        row.root_id = join_chain(session, row.operation, row.form_id, row.id, instance=row.instance, replaces=replaces)
        row.replaces = replaces
    row.state = State.AWAITING
    session.flush()
    _resolve(session, row)
    return Outcome.EDITED if replaces else Outcome.ACCEPTED


def _decrypt(session: Session, ring: KeyRing, row: Submission) -> Decrypted:
    key = open_key(session, ring, SUBMISSION, row.id)
    manifest = read_manifest(parse_xml(open_answers(key, row)))
    require_same(ring, row, manifest.head)
    definition = find_definition(session, row.operation, row.form_id, row.form_version)
    if definition is None:
        raise FormUnknown(form_id=row.form_id, version=row.form_version)
    files = {file.name: file.content for file in open_files(session, key, row.id)}
    audit.record(session, audit.Action.READ, f"{SUBMISSION}:{row.id}", purpose=audit.Purpose.COLLECTION)
    decrypted = decrypt_whole(phone_key(session, ring, row.operation, manifest), manifest, files)
    if not expected_files(parse_xml(decrypted.xml), definition) <= {file.name for file in decrypted.files}:
        raise EncryptedDamaged(fault="they refer to a file that was not encrypted with them", form_id=row.form_id)
    return decrypted


def _erase(session: Session, ring: KeyRing, row: Submission) -> Outcome:
    tally, operation, subject = Tally(), row.operation, f"{SUBMISSION}:{row.id}"
    erase_submissions(session, ring, operation, [row.id], tally)
    audit.record(session, audit.Action.ERASED, subject, purpose=audit.Purpose.RIGHTS, count=len(tally.records))
    announce(session, operation, tally.records)
    return Outcome.ERASED


def _resolve(session: Session, row: Submission) -> None:
    listed = Quarantine.submission_id == row.id, Quarantine.content.is_(None), Quarantine.resolved_at.is_(None)
    session.execute(update(Quarantine).where(*listed).values(resolved_at=now()))
