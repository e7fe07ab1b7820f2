"""Carry an approved export out and leave its file here, instead of handing it over by hand.

The file goes into the database as it is encrypted, a piece at a time. It is in the age format, for the recipient's public key:
what is kept here is opened by whoever has the private one, and by no key of this program.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from casework.export_errors import LeftTooLarge, NobodyFetches
from casework.export_models import ExportPlan, ExportRecipient, LeftExport, LeftExportChunk
from casework.exporting import CarriedOut, carry_out_export
from casework.exporting.list_exports import referral_of
from casework.exporting.may_leave import batches
from casework.exporting.recipients import usable_recipient
from casework.left_to_fetch.list_left import subject_of
from casework.rights_models import Restriction
from casework.store.linked_persons import persons_of_each
from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.languages import DEFAULT_LANGUAGE
from core.sealing.sealed_chunks import CHUNK_BYTES
from core.second_person import find_proposal

__all__ = ["LEFT_DAYS", "MOST_BYTES", "leave_export"]

LEFT_DAYS: Final = 14
MOST_BYTES: Final = 64_000_000  # encrypted; what is larger is downloaded


def leave_export(session: Session, ring: KeyRing, export: UUID, *, language: str = DEFAULT_LANGUAGE) -> CarriedOut:
    """Carry it out into this database, where its recipient fetches it within `LEFT_DAYS`. Succeeds once.

    Raises what `carry_out_export` raises, and `NobodyFetches` or `LeftTooLarge`; the transaction must be rolled back then.
    """
    into = _Chunks(session, export)
    done = carry_out_export(session, ring, export, into, language=language)
    into.end()
    plan = session.get_one(ExportPlan, export)
    session.refresh(session.get_one(ExportRecipient, plan.recipient), with_for_update={"read": True})  # who withdraws waits
    if not usable_recipient(session, plan.recipient).fetches:
        raise NobodyFetches(export=export)
    access, moment = access_of(session), now()
    row = LeftExport(
        export=export,
        operation=access.operation,
        persons=list(done.persons),
        of_referral=referral_of(find_proposal(session, plan.proposal)) is not None,
        size=into.size,
        sha256=done.sha256,
        left_by=access.actor,
        left_at=moment,
        until=moment + timedelta(days=LEFT_DAYS),
        fetches=0,
    )
    session.add(row)
    session.flush()
    _end_with_consent(session, row)
    detail = {"export": str(export), "recipient": str(plan.recipient), "sha256": done.sha256, "until": f"{row.until:%Y-%m-%d}"}
    record(session, Action.SHARED, subject_of(export), purpose=Purpose(plan.purpose), count=done.records, detail=detail)
    return done


def _end_with_consent(session: Session, row: LeftExport) -> None:
    """It lies no longer than any consent in it holds: an end that is known today is a restriction that begins later."""
    for some in batches(row.persons):
        linked = {one for same in persons_of_each(session, some).values() for one in same}
        later = Restriction.person.in_(linked), Restriction.since > func.now()
        for person in session.scalars(select(Restriction.person).where(*later).distinct()).all():
            session.execute(select(func.casework.stop_left_of(person)))
    session.refresh(row)


class _Chunks:
    """Where the encrypted file is written to: rows of the database, one in memory at a time. Raises `LeftTooLarge`."""

    def __init__(self, session: Session, export: UUID) -> None:
        self.session, self.export = session, export
        self.pending, self.position, self.size = bytearray(), 0, 0

    def write(self, content: bytes, /) -> int:
        self.size += len(content)
        if self.size > MOST_BYTES:
            raise LeftTooLarge(export=self.export, limit=MOST_BYTES)
        self.pending += content
        while len(self.pending) >= CHUNK_BYTES:
            self._keep(CHUNK_BYTES)
        return len(content)

    def end(self) -> None:
        """Keep what is left."""
        if self.pending:
            self._keep(len(self.pending))

    def _keep(self, length: int) -> None:
        content = bytes(self.pending[:length])
        del self.pending[:length]
        operation = access_of(self.session).operation
        row = {"export": self.export, "position": self.position, "operation": operation, "content": content}
        self.session.execute(insert(LeftExportChunk), [row])
        self.position += 1
