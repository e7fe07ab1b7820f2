"""Erase what arrived: every version of an answer, its files, its keys, and its copies in quarantine.

What stays is a tombstone: the blind tokens of the ids that the phone gave. A phone that sends the same again is told so
and nothing of it is kept; the token says nothing to anybody without the key ring, and names no record.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.erasure import Tally
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.sealing.envelope import CiphertextRefused, RecordKey
from ingest.blind_tokens import edits_lock, pulled_token
from ingest.bound_answers import open_answers
from ingest.models import Attachment, ErasedInstance, PulledRow, Quarantine, RecordKeyRow, Submission
from ingest.parse_xml import parse_xml
from ingest.read_head import read_head
from ingest.seal_content import QUARANTINE, SUBMISSION, open_content, open_keys
from ingest.take_turns import take_turns

__all__ = ["chain_of", "erase_submissions", "is_erased", "remember_erased"]

AT_ONCE = 50


def erase_submissions(
    session: Session,
    ring: KeyRing,
    operation: str,
    submissions: Collection[UUID],
    tally: Tally,
    *,
    refused: Collection[UUID] = (),
) -> None:
    """Erase the whole chain of edits of each, and the entries of the quarantine `refused`, in the casework zone.

    Ids that are not there are nothing to erase.

    Copies in quarantine are found by the submission that they name and, where they name none (an outdated edit, a post
    cut off), by the phone's id of one of the versions standing in them.
    """
    chains = _chains_of(session, submissions)
    _let_no_edit_slip_in(session, ring, operation, chains)
    versions = session.scalars(select(Submission).where(Submission.root_id.in_(chains))).all()
    named = _instance_ids(session, ring, versions)
    told = [token for version in versions for token in (version.instance, version.replaces) if token]
    gone = [version.id for version in versions]
    remember_erased(session, operation, [*told, *_pulled_as(session, ring, gone)])
    tally.delete(session, PulledRow, PulledRow.submission.in_(gone))
    kept_copies = [*refused, *_copies_of(session, gone), *_copies_naming(session, ring, operation, named)]
    _erase_entries(session, kept_copies, tally)
    tally.delete(session, Quarantine, Quarantine.submission_id.in_(gone))
    _erase_owned(session, gone, tally)
    tally.delete(session, Submission, Submission.id.in_(gone))
    tally.records |= dict.fromkeys(gone, SUBMISSION)


def is_erased(session: Session, operation: str, instance: bytes, replaces: bytes | None) -> bool:
    """Whether this answer, or the one that it edits, was erased; an edit of an erased answer counts as erased too."""
    asked = [token for token in (instance, replaces) if token]
    same = ErasedInstance.operation == operation, ErasedInstance.instance.in_(asked)
    found = set(session.scalars(select(ErasedInstance.instance).where(*same)))
    if found and instance not in found:
        remember_erased(session, operation, [instance])
    return bool(found)


def chain_of(session: Session, submission: UUID) -> frozenset[UUID]:
    """All versions of an answer, of which `submission` is one; empty when it is not there."""
    chain = Submission.root_id.in_(_chains_of(session, [submission]))
    return frozenset(session.scalars(select(Submission.id).where(chain)))


def _chains_of(session: Session, submissions: Collection[UUID]) -> list[UUID]:
    theirs = or_(Submission.id.in_(submissions), Submission.root_id.in_(submissions))
    return list(session.scalars(select(Submission.root_id).where(theirs).distinct()))


def _pulled_as(session: Session, ring: KeyRing, submissions: Collection[UUID]) -> list[bytes]:
    """What the servers call the records that were pulled: an edit there, under a new id, is not taken in either."""
    rows = select(PulledRow.source, PulledRow.number).where(PulledRow.submission.in_(submissions))
    return [pulled_token(ring, source, number) for source, number in session.execute(rows)]


def _let_no_edit_slip_in(session: Session, ring: KeyRing, operation: str, chains: Collection[UUID]) -> None:
    """Hold back edits of these forms and resent copies until this transaction ends: they then meet the tombstone."""
    known = session.execute(select(Submission.form_id, Submission.instance).where(Submission.root_id.in_(chains))).all()
    forms = {edits_lock(ring, operation, row.form_id) for row in known}
    take_turns(session, [*forms, *(row.instance for row in known)])


def _instance_ids(session: Session, ring: KeyRing, versions: Collection[Submission]) -> list[bytes]:
    """The ids that the phone gave to the versions that still open."""
    keys = open_keys(session, ring, SUBMISSION, [version.id for version in versions])
    found = []
    for version in versions:
        key = keys[version.id]
        if isinstance(key, RecordKey):
            try:
                head = read_head(parse_xml(open_answers(key, version)))
            except Problem:
                continue  # what does not open cannot name its copies; it is erased all the same
            found += [named.encode() for named in (head.instance_id, head.replaces) if named]
    return found


def remember_erased(session: Session, operation: str, tokens: Iterable[bytes]) -> None:
    """Leave a tombstone for each of these blind tokens."""
    day = now().date()  # not the moment: it would tie the token to the record erased with it
    rows = [{"operation": operation, "instance": token, "erased_on": day} for token in sorted(set(tokens))]
    if rows:
        session.execute(insert(ErasedInstance).on_conflict_do_nothing(), rows)


def _copies_of(session: Session, submissions: Collection[UUID]) -> list[UUID]:
    return list(session.scalars(select(Quarantine.id).where(Quarantine.submission_id.in_(submissions))))


def _copies_naming(session: Session, ring: KeyRing, operation: str, named: Collection[bytes]) -> list[UUID]:
    """Entries that name no submission and hold one of these ids: they are opened one after the other, in memory."""
    if not named:
        return []
    unnamed = Quarantine.operation == operation, Quarantine.content.is_not(None), Quarantine.submission_id.is_(None)
    entries = list(session.scalars(select(Quarantine.id).where(*unnamed)))
    found: list[UUID] = []
    for start in range(0, len(entries), AT_ONCE):
        found += _naming(session, ring, entries[start : start + AT_ONCE], named)
    audit.record(session, audit.Action.READ, QUARANTINE, purpose=audit.Purpose.RIGHTS, count=len(entries))
    return found


def _naming(session: Session, ring: KeyRing, entries: Collection[UUID], named: Collection[bytes]) -> list[UUID]:
    keys = open_keys(session, ring, QUARANTINE, entries)
    found = []
    for entry, content in session.execute(select(Quarantine.id, Quarantine.content).where(Quarantine.id.in_(entries))):
        key = keys[entry]
        try:
            held = open_content(key, QUARANTINE, entry, content or b"") if isinstance(key, RecordKey) else b""
        except CiphertextRefused:
            continue
        if any(instance in held for instance in named):
            found.append(entry)
    return found


def _erase_entries(session: Session, entries: Collection[UUID], tally: Tally) -> None:
    _erase_owned(session, entries, tally)
    tally.delete(session, Quarantine, Quarantine.id.in_(entries))
    tally.records |= dict.fromkeys(entries, QUARANTINE)


def _erase_owned(session: Session, owners: Collection[UUID], tally: Tally) -> None:
    """The keys first, then the files."""
    keys = session.scalars(select(RecordKeyRow.record).where(RecordKeyRow.record.in_(owners)))
    tally.keys += sorted(f"ingest.record_key:{record}" for record in keys)
    tally.delete(session, RecordKeyRow, RecordKeyRow.record.in_(owners))
    tally.delete(session, Attachment, Attachment.owner.in_(owners))
