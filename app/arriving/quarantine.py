"""Mend what could not be taken in: list it, repair it or try it again, and admit it.

Receiving and admitting are the program's work in zones of their own, under the name of the supervisor, whose right and reach
were asked for before.
"""

from collections.abc import Mapping
from uuid import UUID

import casework
from casework.reviewing import repaired
from core.access import UNASSIGNED, Access, Custody, NotAllowed, require
from core.audit import Purpose
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right
from ingest import Outcome, Post, Receipt, handed_in, open_encrypted, receive_submission
from ingest.collectors import list_collectors
from ingest.reviews import Quarantined, find_quarantined, list_quarantined, open_refused, resolve

__all__ = ["quarantine_in_reach", "repair", "try_again"]

TAKEN_IN = {Outcome.ACCEPTED, Outcome.EDITED, Outcome.RESENT, Outcome.EDIT_RESENT, Outcome.FILES_ADDED}


def quarantine_in_reach(
    database: Database, access: Access, *, after: UUID | None = None, size: int = PAGE
) -> Page[Quarantined]:
    """The entries within reach, page by page, the newest first; raises `NotAllowed`.

    A refused post lies where its collector's answers do; of one that nobody knows, with those who work in the whole operation.
    """
    with database.transaction(Zone.CASEWORK, access=access) as session:
        require(session, Right.REVIEW_SUBMISSION, subject="ingest.quarantine")
        entries = list_quarantined(session, access.operation)
    places = _custodies(database, access)
    theirs = [one for one in entries if access.may(Right.REVIEW_SUBMISSION, _lies_in(one, places))]
    return page_of(beyond(theirs, after), size)


def repair(
    database: Database, ring: KeyRing, access: Access, submission: UUID, answers: Mapping[str, str]
) -> casework.Admission | None:
    """Receive a submission with other answers as an edit of it, and admit that; what became of it.

    Raises what `casework.reviewing.repaired` raises.
    """
    with database.transaction(Zone.CASEWORK, access=access) as session:
        post = repaired(session, ring, submission, answers, purpose=Purpose.VERIFICATION)
    return _admitted(database, ring, access, _received(database, ring, access, post))


def try_again(database: Database, ring: KeyRing, access: Access, entry: UUID) -> bool:
    """Take in what was refused, or admit what was set aside, once more; whether it is in now.

    Raises `NotAllowed`, `QuarantineEntryUnknown`, or what reading it raises.
    """
    places = _custodies(database, access)
    with database.transaction(Zone.CASEWORK, access=access) as session:
        found = find_quarantined(session, access.operation, entry)
        custody = _lies_in(found, places)
        if not access.may(Right.REVIEW_SUBMISSION, custody):
            raise NotAllowed(Right.REVIEW_SUBMISSION, f"ingest.quarantine:{entry}")
        if found.kept is None:
            xml, files = open_refused(session, ring, entry, purpose=Purpose.VERIFICATION)
    if found.kept is not None:
        admission = _admitted(database, ring, access, Receipt(Outcome.ACCEPTED, found.kept, complete=True))
        return admission is not None and admission.problem is None
    receipt = _received(database, ring, access, Post(access.operation, found.collector, xml, files, custody))
    if receipt.outcome not in TAKEN_IN:
        return False
    with database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        resolve(session, entry)
    _admitted(database, ring, access, receipt)
    return True


def _received(database: Database, ring: KeyRing, access: Access, post: Post) -> Receipt:
    with database.transaction(Zone.COLLECTION, operation=access.operation, actor=access.actor) as session:
        return receive_submission(
            session,
            ring,
            operation=post.operation,
            xml=post.xml,
            files=post.files,
            collector=post.collector,
            custody=post.custody,
        )


def _admitted(database: Database, ring: KeyRing, access: Access, receipt: Receipt) -> casework.Admission | None:
    """What became of it; None where files are missing, or where it does not open: then it waits, or lies in quarantine."""
    if receipt.submission_id is None or not receipt.complete:
        return None
    with database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        if receipt.to_open and open_encrypted(session, ring, receipt.submission_id) not in TAKEN_IN:
            return None
        return casework.admit_submission(session, ring, receipt.submission_id)


def _custodies(database: Database, access: Access) -> Mapping[str, Custody]:
    with database.transaction(Zone.COLLECTION, operation=access.operation, actor=access.actor) as session:
        phones = {str(one.id): one.custody for one in list_collectors(session, access.operation)}
    with database.transaction(Zone.CASEWORK, operation=access.operation, actor=access.actor) as session:
        return phones | handed_in.custodies_of_files(session)


def _lies_in(entry: Quarantined, places: Mapping[str, Custody]) -> Custody:
    return entry.custody or places.get(entry.collector, UNASSIGNED)
